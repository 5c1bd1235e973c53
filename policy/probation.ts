/**
 * A peer that has brought no good piece yet is asked for one piece at a time: whoever comes to send
 * wrong bytes, under however many names, costs one piece for each of them.
 */

/** The piece that a peer is tried with. */
interface Trial {
  readonly piece: string;
  readonly lastMs: number;
}

export interface Probation {
  readonly proven: ReadonlySet<string>;
  readonly trials: ReadonlyMap<string, Trial>;
  /** Somebody has sent wrong bytes. */
  readonly isWary: boolean;
}

export const startProbation: Probation = { proven: new Set(), trials: new Map(), isWary: false };

/** A trial that has moved for so long may be given up for another piece: nobody may want the first one any more. */
export const trialLeaseMs = 1_000;

/** Whether this piece may be asked of the peer. `piece`: unique among all packs. */
export function mayTry(probation: Probation, peer: string, piece: string, nowMs: number): boolean {
  const trial = probation.trials.get(peer);
  if (trial === undefined || trial.piece === piece || probation.proven.has(peer)) return true;
  return nowMs - trial.lastMs > trialLeaseMs;
}

/** A block of the piece was asked of the peer, or has come from it. */
export function tried(probation: Probation, peer: string, piece: string, nowMs: number): Probation {
  if (probation.proven.has(peer)) return probation;
  return { ...probation, trials: new Map(probation.trials).set(peer, { piece, lastMs: nowMs }) };
}

/** These peers brought a piece that is right. */
export function proved(probation: Probation, peers: readonly string[]): Probation {
  if (peers.every((peer) => probation.proven.has(peer))) return probation;
  const trials = new Map([...probation.trials].filter(([peer]) => !peers.includes(peer)));
  return { ...probation, proven: new Set([...probation.proven, ...peers]), trials };
}

/** A piece was wrong, whoever sent it. */
export function deceived(probation: Probation): Probation {
  return { ...probation, isWary: true };
}

/** Whether the origin need not be asked for what the peer has: once somebody has lied, only for those who did not. */
export function isCountedOn({ proven, isWary }: Probation, peer: string): boolean {
  return !isWary || proven.has(peer);
}

/** The connection is over; what the peer has proved it has proved for the session. */
export function gone(probation: Probation, peer: string): Probation {
  if (!probation.trials.has(peer)) return probation;
  const trials = new Map(probation.trials);
  trials.delete(peer);
  return { ...probation, trials };
}

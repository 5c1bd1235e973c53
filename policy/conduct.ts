/**
 * What a peer may do on a wire besides speaking it correctly (policy/framing.ts). Attacks: tens of
 * thousands of queued requests, blocks that nobody asked for, a peer that "has" everything and
 * rejects every request, endless small talk.
 */

import type { MessageCounts } from './framing.ts';

/** One wire so far. */
export interface Conduct {
  /** Our requests that are not answered. */
  readonly asked: number;
  /** The peer's requests that are not answered, and those that we rejected since the last block we sent. */
  readonly queued: number;
  readonly refusedInRow: number;
  /** Our requests that were rejected since the last block. */
  readonly rejectsInRow: number;
  /** Other messages of the peer lately. */
  readonly talk: number;
  readonly atMs: number;
}

export const startConduct: Conduct = {
  asked: 0,
  queued: 0,
  refusedInRow: 0,
  rejectsInRow: 0,
  talk: 0,
  atMs: 0,
};

export type Misconduct = 'too-many-requests' | 'unasked-block' | 'only-rejects' | 'too-much-talk';

/**
 * Requests of a peer that may be waiting for an answer, or that may be rejected in a row (as while it is
 * choked). Cancelled ones count too: a `cancel` of what
 * was never asked would otherwise make room for more (and our own engine never cancels).
 */
export const queuedRequestsLimit = 256;

/** A choke rejects what is outstanding; more than a few windows of it in a row is no choke. */
export const rejectsLimit = 128;

/** Messages other than requests and answers: a burst, besides one `have` for each piece, and so many a second. */
export const talkBurst = 1_000;
export const talkPerSecond = 100;

/** We sent these. */
export function spoke(conduct: Conduct, sent: MessageCounts): Conduct {
  const queued = Math.max(0, conduct.queued - sent.blocks - sent.rejects);
  const refusedInRow = sent.blocks > 0 ? 0 : conduct.refusedInRow + sent.rejects;
  return { ...conduct, asked: conduct.asked + sent.requests, queued, refusedInRow };
}

/** The peer sent these. */
export function heard(
  conduct: Conduct,
  got: MessageCounts,
  pieces: number,
  nowMs: number,
): { readonly conduct: Conduct; readonly misconduct?: Misconduct } {
  const calmed = Math.max(0, conduct.talk - ((nowMs - conduct.atMs) / 1_000) * talkPerSecond);
  const next: Conduct = {
    asked: conduct.asked - got.blocks - got.rejects,
    queued: conduct.queued + got.requests,
    refusedInRow: conduct.refusedInRow,
    rejectsInRow: got.blocks > 0 ? 0 : conduct.rejectsInRow + got.rejects,
    talk: calmed + got.others,
    atMs: nowMs,
  };
  const misconduct = judge(next, pieces);
  return misconduct === undefined ? { conduct: next } : { conduct: next, misconduct };
}

function judge(conduct: Conduct, pieces: number): Misconduct | undefined {
  if (conduct.queued > queuedRequestsLimit || conduct.refusedInRow > queuedRequestsLimit)
    return 'too-many-requests';
  if (conduct.asked < 0) return 'unasked-block';
  if (conduct.rejectsInRow > rejectsLimit) return 'only-rejects';
  return conduct.talk > talkBurst + pieces ? 'too-much-talk' : undefined;
}

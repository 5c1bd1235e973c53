/** What a simulated crowd is like, and what became of it. */

export interface Crowd {
  /** When each comes. */
  readonly arrivalsMs: readonly number[];
  readonly pieces: number;
  readonly pieceBytes: number;
  readonly originPerMs: number;
  readonly upPerMs: number;
  readonly downPerMs: number;
  /** One way, of everything. */
  readonly latencyMs: number;
  /** Share of the control messages that never arrive. */
  readonly loss: number;
  /** Share of the members that leave, at any time within the first `leaveMs` after coming. */
  readonly leavers: number;
  readonly leaveMs: number;
  /** Share of the members that lie, and how. */
  readonly liars: number;
  readonly lie: Lie;
  /** `stock`: members know only their neighbours, and nobody says who is gone. */
  readonly tracker: 'hub' | 'stock';
  readonly untilMs: number;
}

/**
 * `claims`: says for ever that it is fetching everything. `done`: says that it has fetched everything. `crowd`:
 * invents members that say so.
 */
export type Lie = 'claims' | 'done' | 'crowd';

export interface Outcome {
  /** Of honest members that stayed, sorted: from coming to the last piece; `Infinity` for those without all. */
  readonly timesMs: readonly number[];
  readonly originBytes: number;
  /** From wherever, of all honest members. */
  readonly receivedBytes: number;
  /** Times that a whole piece left the origin, for each piece. */
  readonly copies: readonly number[];
}

const mbitPerMs = 1e6 / 8 / 1000;

/** 8 MiB at home: uplinks slower than downlinks. */
export const usualCrowd: Crowd = {
  arrivalsMs: [],
  pieces: 32,
  pieceBytes: 256 * 1024,
  originPerMs: 5_000,
  upPerMs: 10 * mbitPerMs,
  downPerMs: 50 * mbitPerMs,
  latencyMs: 40,
  loss: 0,
  leavers: 0,
  leaveMs: 8_000,
  liars: 0,
  lie: 'claims',
  tracker: 'hub',
  untilMs: 600_000,
};

/** Share of the bytes that did not have to leave the origin. */
export function offload({ originBytes, receivedBytes }: Outcome): number {
  return 1 - originBytes / receivedBytes;
}

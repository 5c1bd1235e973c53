/** What a member has heard of the others that want the same pack (policy/claims.ts says what for), and how long it counts. */

import type { Claim, PieceRun } from '../protocol/peer-messages.ts';
import { seedOf } from './rendezvous.ts';

/** A member's claim as it was heard last. */
export interface Heard {
  readonly claim: Claim;
  /** When it was said, by our clock. */
  readonly saidMs: number;
  /** Since when each of its pieces has been on the way. */
  readonly flyingSince: ReadonlyMap<number, number>;
  /** When it last had one piece more. */
  readonly landedMs: number;
  /** Of its name, to rank it by. */
  readonly seed: number;
}

export interface ClaimsState {
  /** Our own peer id, 40 hex digits. */
  readonly self: string;
  readonly others: ReadonlyMap<string, Heard>;
  /** Who said first that it has fetched the piece, and when. */
  readonly done: ReadonlyMap<number, { readonly by: string; readonly sinceMs: number }>;
  /** Claims up to this number are not heard: of members that are gone what others pass on late, of those that broke their word all. */
  readonly deaf: ReadonlyMap<string, number>;
  /** Members that broke their word. */
  readonly broken: number;
  /** When we last heard of a member that we did not know. */
  readonly newcomerMs: number;
  /** Since when a wanted piece has been nobody's business. */
  readonly openMs: ReadonlyMap<number, number>;
  /** Since when our own pieces have been on the way, and the longest that one took. */
  readonly oursMs: ReadonlyMap<number, number>;
  readonly slowestMs: number;
}

/**
 * Members of a pack that are remembered: in a larger crowd those whose names hash lowest, so that all
 * remember the same ones.
 */
export const claimersLimit = 256;

export function startClaims(self: string): ClaimsState {
  return {
    self,
    others: new Map(),
    done: new Map(),
    deaf: new Map(),
    broken: 0,
    newcomerMs: -Infinity,
    openMs: new Map(),
    oursMs: new Map(),
    slowestMs: 0,
  };
}

/** How often a member says its claim again while it wants anything; larger crowds talk less. */
export function renewalMs(claimers: number): number {
  return 2_000 * Math.max(1, claimers / 50);
}

/** Takes what peers say. `news`: what others should hear, too. */
export function hearClaims(
  state: ClaimsState,
  claims: readonly Claim[],
  nowMs: number,
): { readonly state: ClaimsState; readonly news: readonly Claim[] } {
  const limitMs = expiryMs(state.others.size);
  const fresh = claims.filter(
    ({ by, seq, ageMs }) => by !== state.self && seq > heardSeq(state, by) && ageMs < limitMs,
  );
  if (fresh.length === 0) return { state, news: [] };
  const others = new Map([...state.others].filter(([, { saidMs }]) => nowMs - saidMs < limitMs));
  const done = new Map(state.done);
  const news: Claim[] = [];
  let { newcomerMs } = state;
  for (const claim of fresh) {
    const known = others.get(claim.by);
    if (known === undefined && !hasPlace(others, claim.by)) continue;
    if (known === undefined) newcomerMs = nowMs;
    others.set(claim.by, heardNow(claim, known, nowMs));
    for (const piece of piecesIn(claim.done)) {
      if (!done.has(piece)) done.set(piece, { by: claim.by, sinceMs: nowMs });
    }
    news.push(claim);
  }
  return { state: { ...state, others, done, newcomerMs }, news };
}

/** The member is gone. */
export function forgetClaims(state: ClaimsState, peer: string): ClaimsState {
  const heard = state.others.get(peer);
  return without(state, [peer], heard?.claim.seq ?? -Infinity);
}

/** These broke their word. */
export function disbelieve(state: ClaimsState, peers: readonly string[]): ClaimsState {
  if (peers.length === 0) return state;
  return { ...without(state, peers, Infinity), broken: state.broken + peers.length };
}

/** All that is known, for a peer that has just connected. */
export function knownClaims({ others }: ClaimsState, nowMs: number): readonly Claim[] {
  return [...others.values()].map(({ claim, saidMs }) => ({ ...claim, ageMs: Math.round(nowMs - saidMs) }));
}

/** Those that want pieces, as far as is known. */
export function living({ others }: ClaimsState, nowMs: number): readonly Heard[] {
  const limitMs = expiryMs(others.size);
  return [...others.values()].filter(
    ({ claim, saidMs }) => claim.wants.length > 0 && nowMs - saidMs < limitMs,
  );
}

/** Whether anybody else wants pieces of the pack. */
export function isAlone(state: ClaimsState, nowMs: number): boolean {
  return living(state, nowMs).length === 0;
}

/** Whether there are as many members that come before us as are remembered: it is not for us to ask the origin. */
export function isOneOfMany({ self, others }: ClaimsState): boolean {
  return others.size >= claimersLimit && highestSeed(others).seed < seedOf(self);
}

/** Makes one where a member is remembered that matters less. */
function hasPlace(others: Map<string, Heard>, peer: string): boolean {
  if (others.size < claimersLimit) return true;
  const highest = highestSeed(others);
  if (seedOf(peer) >= highest.seed) return false;
  others.delete(highest.peer);
  return true;
}

function highestSeed(others: ReadonlyMap<string, Heard>): { readonly peer: string; readonly seed: number } {
  let highest = { peer: '', seed: -1 };
  for (const [peer, { seed }] of others) if (seed > highest.seed) highest = { peer, seed };
  return highest;
}

function heardSeq({ others, deaf }: ClaimsState, peer: string): number {
  return Math.max(others.get(peer)?.claim.seq ?? -Infinity, deaf.get(peer) ?? -Infinity);
}

function without(state: ClaimsState, peers: readonly string[], untilSeq: number): ClaimsState {
  const others = new Map(state.others);
  const deaf = new Map(state.deaf);
  for (const peer of peers) {
    others.delete(peer);
    if (untilSeq > -Infinity) deaf.set(peer, untilSeq);
  }
  for (const [oldest] of deaf) {
    if (deaf.size <= claimersLimit) break;
    deaf.delete(oldest);
  }
  // What only it had may be gone with it.
  const done = new Map([...state.done].filter(([, { by }]) => !peers.includes(by)));
  return { ...state, others, deaf, done };
}

function heardNow(claim: Claim, known: Heard | undefined, nowMs: number): Heard {
  const hasMore = known === undefined || countOf(claim.done) > countOf(known.claim.done);
  return {
    claim,
    saidMs: nowMs - claim.ageMs,
    flyingSince: new Map(
      [...piecesIn(claim.flying)].map((piece) => [piece, known?.flyingSince.get(piece) ?? nowMs]),
    ),
    landedMs: hasMore ? nowMs : known.landedMs,
    seed: known?.seed ?? seedOf(claim.by),
  };
}

function expiryMs(claimers: number): number {
  return 3 * renewalMs(claimers);
}

function countOf(runs: readonly PieceRun[]): number {
  return runs.reduce((count, [first, last]) => count + last - first + 1, 0);
}

function* piecesIn(runs: readonly PieceRun[]): Iterable<number> {
  for (const [first, last] of runs) for (let piece = first; piece <= last; piece++) yield piece;
}

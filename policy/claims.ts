/**
 * Who asks the origin for which piece of a pack, so that each leaves it about once: members tell each
 * other what they want, what they are fetching and what they have fetched, and a missing piece is
 * fetched by the one of those who want it that ranks first for it. What others say is a hint: whoever
 * waits in vain for it fetches the piece itself. `test/simulation/claims.test.ts` lets crowds do so.
 */

import type { PieceRun } from '../protocol/peer-messages.ts';
import { disbelieve, isOneOfMany, living, renewalMs, type ClaimsState, type Heard } from './claims-heard.ts';
import { seedOf, weightOf } from './rendezvous.ts';

/** What the page knows besides what it was told. */
export interface ClaimsView {
  /** Pieces that we lack and want and that the origin can give us, in the order in which they are needed. */
  readonly wanted: readonly number[];
  /** The ones that we are fetching from the origin. */
  readonly flying: ReadonlySet<number>;
  /** We are fetching something from the origin, of whichever pack. */
  readonly isBusy: boolean;
  /** A connected peer has it and can be asked for it. */
  readonly isHeld: (piece: number) => boolean;
  /** When we last got something, of whichever pack and from wherever, or began to fetch or to want. */
  readonly progressMs: number;
  /** Nothing is asked of the origin before: there may be somebody to agree with. */
  readonly notBeforeMs: number;
  /** Pieces that may be fetched more now. */
  readonly room: number;
  /** Pieces that rank together, so that what is asked of the origin at once is of a decent size. */
  readonly group: number;
}

export interface Turn {
  readonly state: ClaimsState;
  /** To be fetched from the origin now, in this order. */
  readonly fetch: readonly number[];
  /** When to ask again, at the latest. */
  readonly wakeMs: number;
}

/** As long as we go on hearing of members that we did not know we listen first, but no longer than this. */
const settleMs = 500;
/** So long without one, and we know them. */
const quietMs = 150;
/** Who ranks next takes over after this, and who comes after that, after as much again. */
const turnMs = 4_000;
/** A piece that is on its way for so long is not waited for any more, unless the origin is as slow to us. */
const flightMs = 10_000;
const flightLimitMs = 60_000;
/** A piece that somebody has fetched reaches its neighbours' neighbours within this time; while others come, it may take longer. */
const spreadMs = 6_000;
const spreadLimitMs = 15_000;
/** A flight of ours that lasts so long is given up for a neighbour that has the piece. */
const overtakenMs = 4_000;
/** Nothing at all has come for so long: we take a piece ourselves, whoever has it or claims it. */
const stallMs = 1_800;
/** Who ranks next for it follows after this; but everybody in the end. */
const rescueTurnMs = 400;
const rescueSpreadMs = 2_000;
const rescueLimitMs = 8_000;
/** Pieces that are nobody's business and are looked at together, so that a long video costs no more than a short one. */
const lookAhead = 128;
/** After so many that broke their word we believe nobody. */
const brokenLimit = 8;

/** Whether a piece that we are fetching is still ours to fetch, now that others may have come. */
export function isStillOurs(state: ClaimsState, piece: number, group: number, nowMs: number): boolean {
  const others = living(state, nowMs);
  return !others.some((other) => other.flyingSince.has(piece)) && rankOf(state, others, piece, group) === 0;
}

/** Whether we have been fetching a piece for so long that we had better take it from a neighbour that has it. */
export function isOvertaken({ oursMs }: ClaimsState, piece: number, nowMs: number): boolean {
  return nowMs - (oursMs.get(piece) ?? nowMs) > overtakenMs;
}

/** What to fetch from the origin now. */
export function takeTurn(before: ClaimsState, view: ClaimsView, nowMs: number): Turn {
  const state = withoutBroken(withOurs(before, view, nowMs), view, nowMs);
  const listenedMs = Math.min(view.notBeforeMs + settleMs, state.newcomerMs + quietMs);
  const startMs = Math.max(view.notBeforeMs, listenedMs);
  if (nowMs < startMs) return { state, fetch: [], wakeMs: startMs };
  if (state.broken >= brokenLimit) return onOurOwn(state, view, nowMs);
  const others = living(state, nowMs);
  const openMs = new Map<number, number>();
  const ours: number[] = [];
  let wakeMs = nowMs + renewalMs(others.length);
  for (const piece of view.wanted) {
    if (view.flying.has(piece) || view.isHeld(piece) || isComing(state, others, piece, view, nowMs)) continue;
    const sinceMs = state.openMs.get(piece) ?? nowMs;
    if (openMs.size >= lookAhead) break;
    openMs.set(piece, sinceMs);
    const turnAtMs = sinceMs + rankOf(state, others, piece, view.group) * turnMs;
    if (turnAtMs <= nowMs) ours.push(piece);
    else wakeMs = Math.min(wakeMs, turnAtMs);
  }
  const next: ClaimsState = { ...state, openMs };
  if (ours.length > 0) return { state: next, fetch: ours.slice(0, Math.max(0, view.room)), wakeMs };
  const { fetch, atMs } = rescue(next, others, view, nowMs);
  return { state: next, fetch, wakeMs: Math.min(wakeMs, atMs) };
}

/** Nobody's word counts: a few pieces at a time, by each in an order of its own, so that there is something to exchange. */
function onOurOwn(state: ClaimsState, view: ClaimsView, nowMs: number): Turn {
  const wakeMs = nowMs + renewalMs(0);
  if (view.isBusy) return { state, fetch: [], wakeMs };
  const seed = seedOf(state.self);
  const placeOf = (piece: number): number => weightOf(seed, Math.floor(piece / view.group));
  const open = view.wanted.slice(0, lookAhead).filter((piece) => !view.isHeld(piece));
  const inOrder = open.sort((a, b) => placeOf(a) - placeOf(b) || a - b);
  return { state, fetch: inOrder.slice(0, Math.max(0, view.room)), wakeMs };
}

/** Everything is somebody's business, and nothing comes: those who rank first for a piece take it, then the others. */
function rescue(
  state: ClaimsState,
  others: readonly Heard[],
  { wanted, isBusy, progressMs, group }: ClaimsView,
  nowMs: number,
): { readonly fetch: readonly number[]; readonly atMs: number } {
  const soonestMs = progressMs + stallMs;
  if (wanted.length === 0 || isBusy) return { fetch: [], atMs: Infinity };
  if (nowMs < soonestMs) return { fetch: [], atMs: soonestMs };
  const next = wanted.slice(0, lookAhead);
  const ranks = next.map((piece) => rankOf(state, others, piece, group));
  const rank = Math.min(...ranks);
  const atMs = soonestMs + Math.min(rank * rescueTurnMs, isOneOfMany(state) ? rescueLimitMs : rescueSpreadMs);
  if (nowMs < atMs) return { fetch: [], atMs };
  return { fetch: next.filter((_, at) => ranks[at] === rank).slice(0, 1), atMs: Infinity };
}

/** How long the origin takes for what we ask it for. */
function withOurs(state: ClaimsState, { flying }: ClaimsView, nowMs: number): ClaimsState {
  const oursMs = new Map([...flying].map((piece) => [piece, state.oursMs.get(piece) ?? nowMs]));
  const tookMs = [...state.oursMs.values()].map((sinceMs) => nowMs - sinceMs);
  return { ...state, oursMs, slowestMs: Math.max(state.slowestMs, ...tookMs) };
}

/** Drops members that keep claiming what never comes, though the origin would give it. */
function withoutBroken(state: ClaimsState, { wanted, isHeld }: ClaimsView, nowMs: number): ClaimsState {
  const limitMs = Math.max(flightMs, Math.min(2 * state.slowestMs, flightLimitMs));
  const lacking = new Set(wanted);
  const isLate = ({ flyingSince, landedMs }: Heard): boolean =>
    [...flyingSince].some(
      ([piece, sinceMs]) =>
        nowMs - Math.max(sinceMs, landedMs) > limitMs && lacking.has(piece) && !isHeld(piece),
    );
  const late = [...state.others].filter(([, heard]) => isLate(heard)).map(([peer]) => peer);
  return disbelieve(state, late);
}

function isComing(
  { done }: ClaimsState,
  others: readonly Heard[],
  piece: number,
  { progressMs }: ClaimsView,
  nowMs: number,
): boolean {
  const limitMs = nowMs - progressMs < stallMs ? spreadLimitMs : spreadMs;
  const isSpreading = nowMs - (done.get(piece)?.sinceMs ?? -Infinity) < limitMs;
  return isSpreading || others.some(({ flyingSince }) => flyingSince.has(piece));
}

/** How many of the others that want the piece come before us. */
function rankOf(state: ClaimsState, others: readonly Heard[], piece: number, group: number): number {
  const key = Math.floor(piece / group);
  const own = isOneOfMany(state) ? -1 : weightOf(seedOf(state.self), key);
  return others.filter(({ claim, seed }) => weightOf(seed, key) > own && includes(claim.wants, piece)).length;
}

function includes(runs: readonly PieceRun[], piece: number): boolean {
  return runs.some(([first, last]) => piece >= first && piece <= last);
}

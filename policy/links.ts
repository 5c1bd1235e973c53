/**
 * Which members of the swarm a page connects to: it opens a few links to random members, accepts
 * some more, and refills when links fall away. A state machine: `step(state, event)` gives the next
 * state and what is to be done; sockets, clocks and dice are elsewhere.
 */

import { fullAllowance, take, type Allowance } from './allowance.ts';
import { backoffMs, peerBackoff } from './backoff.ts';
import type { LinkLimits } from './link-limits.ts';

/** What we know of one member. */
export interface MemberState {
  readonly phase: 'known' | 'dialing' | 'accepting' | 'open';
  /** Who started the link; meaningless while `known`. */
  readonly dialed: boolean;
  readonly failures: number;
  /** Not to be dialed before. */
  readonly notBeforeMs: number;
}

export interface LinksState {
  /** Our own peer id, 40 hex digits. */
  readonly self: string;
  readonly limits: LinkLimits;
  readonly members: ReadonlyMap<string, MemberState>;
  readonly banned: ReadonlySet<string>;
  readonly attemptsUsed: number;
  readonly accepts: Allowance;
}

export type LinkEvent =
  /** Who is here, as the tracker answers an announce: they may be dialed at once. */
  | { readonly t: 'listed'; readonly peers: readonly string[] }
  /** Came just now: it dials itself, so we give it a moment. */
  | { readonly t: 'joined'; readonly peers: readonly string[] }
  | { readonly t: 'left'; readonly peers: readonly string[] }
  /** It is said to have what is wanted. */
  | { readonly t: 'named'; readonly peer: string }
  /** A member offers a connection. */
  | { readonly t: 'offered'; readonly peer: string }
  /** Connected, and the peer has said hello. */
  | { readonly t: 'opened'; readonly peer: string }
  /** The connection or the attempt is over. */
  | { readonly t: 'closed'; readonly peer: string; readonly why: 'failed' | 'refused' | 'lost' | 'bye' }
  | { readonly t: 'banned'; readonly peer: string }
  /** Time has passed. */
  | { readonly t: 'tick' };

export type LinkEffect =
  | { readonly t: 'dial'; readonly peer: string }
  | { readonly t: 'accept'; readonly peer: string }
  | { readonly t: 'refuse'; readonly peer: string }
  /** Close whatever there is with this peer. */
  | { readonly t: 'drop'; readonly peer: string }
  /** Send `tick` after this time. */
  | { readonly t: 'wake'; readonly afterMs: number };

export interface LinkStep {
  readonly state: LinksState;
  readonly effects: readonly LinkEffect[];
}

export function startLinks(self: string, limits: LinkLimits): LinksState {
  // The bucket is full whatever the clock says first.
  const accepts = fullAllowance(limits.accepts, 0);
  return { self, limits, members: new Map(), banned: new Set(), attemptsUsed: 0, accepts };
}

/** One step. `chance` gives numbers from 0 to 1. */
export function stepLinks(
  state: LinksState,
  event: LinkEvent,
  nowMs: number,
  chance: () => number,
): LinkStep {
  const draft: Draft = {
    ...state,
    members: new Map(state.members),
    banned: new Set(state.banned),
    effects: [],
  };
  apply(draft, event, nowMs, chance);
  refill(draft, nowMs, chance);
  const { effects, ...next } = draft;
  return { state: next, effects };
}

/** How many members are in a phase. */
export function countPhase(state: Pick<LinksState, 'members'>, phase: MemberState['phase']): number {
  let count = 0;
  for (const member of state.members.values()) if (member.phase === phase) count++;
  return count;
}

interface Draft {
  readonly self: string;
  readonly limits: LinkLimits;
  readonly members: Map<string, MemberState>;
  readonly banned: Set<string>;
  attemptsUsed: number;
  accepts: Allowance;
  readonly effects: LinkEffect[];
}

/** After so many failures in a row a member is forgotten. */
const failuresLimit = 3;
/** A member that joined dials us within this time, if it dials us at all. */
const joinGraceMs = 2_000;
const firstLossMs = 1_000;

function apply(draft: Draft, event: LinkEvent, nowMs: number, chance: () => number): void {
  switch (event.t) {
    case 'listed':
      for (const peer of event.peers) learn(draft, peer, nowMs);
      return;
    case 'joined':
      for (const peer of event.peers) learn(draft, peer, nowMs + joinGraceMs * (0.5 + chance()));
      return;
    case 'left':
      for (const peer of event.peers) forget(draft, peer);
      return;
    case 'named':
      return judgeNamed(draft, event.peer, nowMs);
    case 'offered':
      return judgeOffer(draft, event.peer, nowMs);
    case 'opened': {
      const member = draft.members.get(event.peer);
      if (member !== undefined) draft.members.set(event.peer, { ...member, phase: 'open' });
      return;
    }
    case 'closed':
      return closed(draft, event.peer, event.why, nowMs, chance());
    case 'banned':
      draft.banned.add(event.peer);
      draft.members.delete(event.peer);
      draft.effects.push({ t: 'drop', peer: event.peer });
      return;
    case 'tick':
      return;
  }
}

function learn(draft: Draft, peer: string, notBeforeMs: number): void {
  if (peer === draft.self || draft.banned.has(peer) || draft.members.has(peer)) return;
  if (draft.members.size >= draft.limits.members) return;
  draft.members.set(peer, { phase: 'known', dialed: false, failures: 0, notBeforeMs });
}

/** A member that left the tracker may still be connected; only its own connection tells. */
function forget(draft: Draft, peer: string): void {
  const phase = draft.members.get(peer)?.phase;
  if (phase === undefined || phase === 'open') return;
  draft.members.delete(peer);
  if (phase !== 'known') draft.effects.push({ t: 'drop', peer });
}

function judgeOffer(draft: Draft, peer: string, nowMs: number): void {
  if (peer === draft.self || draft.banned.has(peer)) return refuse(draft, peer);
  learn(draft, peer, nowMs);
  const member = draft.members.get(peer);
  if (member === undefined || draft.attemptsUsed >= draft.limits.attempts) return refuse(draft, peer);
  // Glare: both dialed. The smaller id's attempt wins, so we let our own stand.
  if (member.phase === 'dialing' && draft.self < peer) return;
  const accepted = [...draft.members].filter(([id, { phase, dialed }]) => {
    return id !== peer && phase !== 'known' && !dialed;
  }).length;
  if (accepted >= draft.limits.accepted || pendingOf(draft) >= draft.limits.pending)
    return refuse(draft, peer);
  const accepts = take(draft.accepts, draft.limits.accepts, nowMs);
  if (accepts === undefined) return refuse(draft, peer);
  draft.accepts = accepts;
  // An offer from a peer that we think we have means that it lost us: its new attempt replaces the old.
  if (member.phase !== 'known') draft.effects.push({ t: 'drop', peer });
  draft.members.set(peer, { ...member, phase: 'accepting', dialed: false });
  draft.attemptsUsed++;
  draft.effects.push({ t: 'accept', peer });
}

/** Whoever names it is a stranger: what that may cost is bounded, and attempts are left for those whom the tracker names. */
function judgeNamed(draft: Draft, peer: string, nowMs: number): void {
  learn(draft, peer, nowMs);
  const member = draft.members.get(peer);
  // One that has just come would dial by itself soon; it is wanted now.
  if (member?.phase !== 'known' || (member.failures > 0 && member.notBeforeMs > nowMs)) return;
  const dialed = [...draft.members.values()].filter((other) => other.phase !== 'known' && other.dialed);
  const { attempts, named, pending } = draft.limits;
  if (dialed.length >= named || pendingOf(draft) >= pending || draft.attemptsUsed >= attempts / 2) return;
  dial(draft, peer, member);
}

function dial(draft: Draft, peer: string, member: MemberState): void {
  draft.members.set(peer, { ...member, phase: 'dialing', dialed: true });
  draft.attemptsUsed++;
  draft.effects.push({ t: 'dial', peer });
}

function pendingOf(draft: Draft): number {
  return countPhase(draft, 'dialing') + countPhase(draft, 'accepting');
}

function refuse(draft: Draft, peer: string): void {
  draft.effects.push({ t: 'refuse', peer });
}

function closed(
  draft: Draft,
  peer: string,
  why: 'failed' | 'refused' | 'lost' | 'bye',
  nowMs: number,
  chance: number,
): void {
  const member = draft.members.get(peer);
  if (member === undefined) return;
  if (why === 'bye') {
    draft.members.delete(peer);
    return;
  }
  const failures = member.failures + 1;
  // Whoever is here will be named again; who is not would use up attempts for ever.
  if (failures >= failuresLimit) {
    draft.members.delete(peer);
    return;
  }
  // A good link that is lost for the first time: a network has changed, and the peer is likely still there.
  const isFirstLoss = member.phase === 'open' && failures === 1;
  const waitMs = isFirstLoss ? firstLossMs * (0.5 + chance) : backoffMs(failures, peerBackoff, chance);
  const notBeforeMs = nowMs + waitMs;
  draft.members.set(peer, { phase: 'known', dialed: false, failures, notBeforeMs });
}

/** Dials random members until there are enough links, or asks to be woken when one may be dialed. */
function refill(draft: Draft, nowMs: number, chance: () => number): void {
  const busy = draft.members.size - countPhase(draft, 'known');
  let missing = Math.min(draft.limits.links - busy, draft.limits.pending - pendingOf(draft));
  const known = [...draft.members].filter(([, { phase }]) => phase === 'known');
  const ready = known.filter(([, { notBeforeMs }]) => notBeforeMs <= nowMs);
  while (missing > 0 && ready.length > 0 && draft.attemptsUsed < draft.limits.attempts) {
    const [picked] = ready.splice(Math.min(Math.floor(chance() * ready.length), ready.length - 1), 1);
    if (picked === undefined) break;
    const [peer, member] = picked;
    dial(draft, peer, member);
    missing--;
  }
  const later = known.map(([, { notBeforeMs }]) => notBeforeMs).filter((ms) => ms > nowMs);
  if (missing > 0 && later.length > 0 && draft.attemptsUsed < draft.limits.attempts) {
    draft.effects.push({ t: 'wake', afterMs: Math.ceil(Math.min(...later) - nowMs) });
  }
}

/**
 * One asset's race between the swarm and HTTP, as a machine without clock or I/O: it is told what
 * happened and answers with what to do. Only verified chunks are told to it as `good`.
 *
 * The rule: the swarm may try first for as long as its patience lasts; then HTTP is asked for exactly
 * the chunks that are missing (a hedge: the swarm may still win until HTTP has begun to deliver).
 * Either source takes over when the other one ends; a swarm that was only sent away is asked again.
 */

import type { Patience } from './patience.ts';

export type Source = 'swarm' | 'http';

/** What the swarm may be able to deliver at the start. */
export type Outlook = 'none' | 'part' | 'whole';

export type RaceEvent =
  | { readonly kind: 'start'; readonly nowMs: number; readonly outlook: Outlook }
  | { readonly kind: 'good'; readonly nowMs: number; readonly source: Source; readonly chunk: number }
  /** The chunk's bytes were wrong. */
  | { readonly kind: 'bad'; readonly nowMs: number; readonly source: Source; readonly chunk: number }
  /** The source will deliver nothing more of what it was asked for. A cancelled one does not say so. */
  | { readonly kind: 'ended'; readonly nowMs: number; readonly source: Source }
  /** `othersMs`: when the swarm last delivered something for another request, if it has. */
  | { readonly kind: 'tick'; readonly nowMs: number; readonly othersMs?: number };

export type RaceEffect =
  | { readonly kind: 'ask'; readonly source: Source; readonly chunks: readonly number[] }
  | { readonly kind: 'cancel'; readonly source: Source }
  /** Send `tick` at this time; replaces the last wish. */
  | { readonly kind: 'wake'; readonly atMs: number }
  | { readonly kind: 'done' }
  /** Both sources have failed, or the origin's own bytes do not match: the browser must ask the origin. */
  | { readonly kind: 'failed'; readonly reason: 'sources' | 'origin-mismatch' };

/** `idle`: not asked, or sent away in favour of the other; it may be asked. `ended`: it has failed. */
type Standing = 'idle' | 'running' | 'ended';

export interface RaceState {
  readonly phase: 'ready' | 'running' | 'over';
  readonly missing: ReadonlySet<number>;
  readonly swarm: Standing;
  readonly http: Standing;
  readonly patience: Patience;
  readonly startedMs: number;
  /** When the swarm last delivered; the start, at first. */
  readonly progressMs: number;
  /** When it last delivered for somebody else; a swarm that is busy is not stalled. */
  readonly othersMs: number;
  readonly swarmDelivered: boolean;
  readonly swarmBad: number;
}

export interface RaceStep {
  readonly state: RaceState;
  readonly effects: readonly RaceEffect[];
}

/** Wrong chunks from the swarm after which HTTP takes all that is missing. */
const badLimit = 2;
/** How long the swarm may go on alone, without a chunk, when HTTP has failed. */
const lastHopeMs = 10_000;

/** A race for these chunks. */
export function raceFor(chunks: readonly number[], patience: Patience): RaceState {
  return {
    phase: 'ready',
    missing: new Set(chunks),
    swarm: 'idle',
    http: 'idle',
    patience,
    startedMs: 0,
    progressMs: 0,
    othersMs: -Infinity,
    swarmDelivered: false,
    swarmBad: 0,
  };
}

/** The machine's one function. */
export function stepRace(state: RaceState, event: RaceEvent): RaceStep {
  const isStart = event.kind === 'start';
  if (state.phase !== (isStart ? 'ready' : 'running')) return { state, effects: [] };
  switch (event.kind) {
    case 'start':
      return start(
        { ...state, phase: 'running', startedMs: event.nowMs, progressMs: event.nowMs },
        event.outlook,
      );
    case 'good':
      return good(state, event.source, event.chunk, event.nowMs);
    case 'bad':
      return event.source === 'http' ? fail(state, 'origin-mismatch') : badFromSwarm(state, event.nowMs);
    case 'ended':
      return ended(state, event.source, event.nowMs);
    case 'tick':
      return tick({ ...state, othersMs: event.othersMs ?? state.othersMs }, event.nowMs);
  }
}

function start(state: RaceState, outlook: Outlook): RaceStep {
  if (state.missing.size === 0) return finish(state);
  if (outlook === 'none' || state.patience.firstMs === 0) return askHttp(state);
  return askSwarm(state);
}

function good(state: RaceState, source: Source, chunk: number, nowMs: number): RaceStep {
  const isNews = state.missing.has(chunk);
  const missing = new Set(state.missing);
  missing.delete(chunk);
  if (missing.size === 0) return finish({ ...state, missing });
  if (source === 'swarm') {
    // Chunks that are already there are no progress: a peer could keep the race alive with them.
    if (!isNews) return { state, effects: [] };
    // The clock is looked at here too: a late timer, put off by each chunk, might never come.
    return tick({ ...state, missing, progressMs: nowMs, swarmDelivered: true }, nowMs);
  }
  if (state.swarm !== 'running') return { state: { ...state, missing }, effects: [] };
  // HTTP has begun to deliver: what the swarm still sends would only be thrown away.
  return { state: { ...state, missing, swarm: 'idle' }, effects: [{ kind: 'cancel', source: 'swarm' }] };
}

function badFromSwarm(state: RaceState, nowMs: number): RaceStep {
  const next = { ...state, swarmBad: state.swarmBad + 1 };
  if (next.swarmBad < badLimit) return { state: next, effects: [] };
  if (state.swarm !== 'running') return { state: { ...next, swarm: 'ended' }, effects: [] };
  return after([{ kind: 'cancel', source: 'swarm' }], ended(next, 'swarm', nowMs));
}

function ended(state: RaceState, source: Source, nowMs: number): RaceStep {
  if (state[source] !== 'running') return { state, effects: [] };
  if (source === 'swarm') {
    const next: RaceState = { ...state, swarm: 'ended' };
    if (next.http === 'idle') return askHttp(next);
    return next.http === 'ended' ? fail(next, 'sources') : { state: next, effects: [] };
  }
  const next: RaceState = { ...state, http: 'ended', progressMs: nowMs };
  if (next.swarm === 'running') return { state: next, effects: [wake(next)] };
  // Whatever was known of the swarm at the start: it is all that is left, and says at once when it has nothing.
  return next.swarm === 'idle' ? askSwarm(next) : fail(next, 'sources');
}

function tick(state: RaceState, nowMs: number): RaceStep {
  if (!isSwarmAlone(state)) return { state, effects: [] };
  if (nowMs < swarmEndsMs(state)) return { state, effects: [wake(state)] };
  return state.http === 'ended' ? fail(state, 'sources') : askHttp(state);
}

/** Whether everything hangs on the swarm, so that somebody must look at the clock. */
function isSwarmAlone(state: RaceState): boolean {
  return state.swarm === 'running' && state.http !== 'running';
}

/** Until when the swarm may go on alone: no first chunk, no next chunk, or too slow. */
function swarmEndsMs(state: RaceState): number {
  if (state.http === 'ended') return state.progressMs + lastHopeMs;
  const { patience } = state;
  const next = state.swarmDelivered
    ? state.progressMs + patience.stallMs
    : state.startedMs + patience.firstMs;
  return Math.min(Math.max(next, state.othersMs + patience.turnMs), state.startedMs + patience.totalMs);
}

/** The wish comes first: a source that cannot be asked may end at once, and that must have the last word. */
function askSwarm(state: RaceState): RaceStep {
  const next: RaceState = { ...state, swarm: 'running' };
  return { state: next, effects: [wake(next), ask('swarm', next.missing)] };
}

function askHttp(state: RaceState): RaceStep {
  return { state: { ...state, http: 'running' }, effects: [ask('http', state.missing)] };
}

function finish(state: RaceState): RaceStep {
  const effects: RaceEffect[] = [];
  if (state.swarm === 'running') effects.push({ kind: 'cancel', source: 'swarm' });
  if (state.http === 'running') effects.push({ kind: 'cancel', source: 'http' });
  return { state: { ...state, phase: 'over' }, effects: [...effects, { kind: 'done' }] };
}

function fail(state: RaceState, reason: 'sources' | 'origin-mismatch'): RaceStep {
  return after(
    finish(state).effects.filter((effect) => effect.kind === 'cancel'),
    { state: { ...state, phase: 'over' }, effects: [{ kind: 'failed', reason }] },
  );
}

function after(first: readonly RaceEffect[], step: RaceStep): RaceStep {
  return { state: step.state, effects: [...first, ...step.effects] };
}

function ask(source: Source, missing: ReadonlySet<number>): RaceEffect {
  return { kind: 'ask', source, chunks: [...missing].sort((a, b) => a - b) };
}

function wake(state: RaceState): RaceEffect {
  return { kind: 'wake', atMs: swarmEndsMs(state) };
}

/**
 * Judges a race by what was said and answered alone: it keeps its own account and knows nothing of the
 * machine's state.
 */
import type { RaceEffect, RaceEvent, Source } from '../../policy/race.ts';
import type { Setting, Trace } from './race-world.ts';

export interface Verdict {
  readonly outcome: 'done' | 'failed' | 'never';
  readonly endedMs: number;
  /** Whose chunks were the first good ones, how many each. */
  readonly chunksFrom: Readonly<Record<Source, number>>;
  /** Rules that were broken, in words. */
  readonly broken: readonly string[];
}

/** With the origin gone, a swarm that has been silent for this long has failed. */
const lastHopeMs = 10_000;
/** So many wrong chunks are enough. */
const badLimit = 2;

export function judgeRace(setting: Setting, trace: readonly Trace[]): Verdict {
  const judge = new Judge(setting);
  for (const one of trace) {
    if (one.kind === 'told') judge.told(one.event);
    else judge.answered(one.effect, one.nowMs);
  }
  return judge.verdict();
}

class Judge {
  readonly #setting: Setting;
  readonly #missing: Set<number>;
  readonly #chunksFrom = { swarm: 0, http: 0 };
  readonly #running = new Set<Source>();
  readonly #ended = new Set<Source>();
  readonly #broken: string[] = [];
  #outcome: Verdict['outcome'] = 'never';
  #endedMs = Infinity;
  #swarmNewsMs: number | undefined;
  #othersMs = -Infinity;
  #httpEndedMs = Infinity;
  #httpAsked = false;
  #httpDelivers = false;
  #swarmBad = 0;
  #httpBad = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#missing = new Set(setting.chunks);
  }

  verdict(): Verdict {
    this.#rule(this.#outcome !== 'never', 'a race ends');
    return {
      outcome: this.#outcome,
      endedMs: this.#endedMs,
      chunksFrom: this.#chunksFrom,
      broken: this.#broken,
    };
  }

  #rule(holds: boolean, text: string): void {
    if (!holds) this.#broken.push(text);
  }

  told(event: RaceEvent): void {
    if (this.#outcome !== 'never') return;
    this.#checkPatience(event.nowMs);
    this.#rule(
      !(this.#httpDelivers && this.#running.has('swarm')),
      'the swarm is cancelled once HTTP delivers',
    );
    this.#rule(!(this.#swarmBad >= badLimit && this.#running.has('swarm')), 'two bad chunks end the swarm');
    if (event.kind === 'tick') this.#othersMs = event.othersMs ?? this.#othersMs;
    if (event.kind === 'good') this.#good(event.source, event.chunk, event.nowMs);
    if (event.kind === 'bad' && event.source === 'swarm') this.#swarmBad++;
    if (event.kind === 'bad' && event.source === 'http') this.#httpBad++;
    if (event.kind === 'ended') {
      this.#running.delete(event.source);
      this.#ended.add(event.source);
      if (event.source === 'http') this.#httpEnded(event.nowMs);
    }
  }

  #good(source: Source, chunk: number, nowMs: number): void {
    if (source === 'http') this.#httpDelivers = true;
    if (!this.#missing.delete(chunk)) return;
    this.#chunksFrom[source]++;
    if (source === 'swarm') this.#swarmNewsMs = nowMs;
  }

  #httpEnded(nowMs: number): void {
    this.#httpEndedMs = nowMs;
    this.#httpDelivers = false;
  }

  /** Until HTTP is asked, nothing may happen later than the swarm's patience allows. */
  #checkPatience(nowMs: number): void {
    if (this.#httpAsked) return;
    const { patience, outlook, latenessMs } = this.#setting;
    const nextMs = this.#swarmNewsMs === undefined ? patience.firstMs : this.#swarmNewsMs + patience.stallMs;
    const turnMs = Math.max(nextMs, this.#othersMs + patience.turnMs);
    const untilMs = outlook === 'none' || patience.firstMs === 0 ? 0 : Math.min(turnMs, patience.totalMs);
    this.#rule(nowMs <= untilMs + latenessMs, 'the swarm never delays HTTP beyond the patience');
  }

  answered(effect: RaceEffect, nowMs: number): void {
    this.#rule(this.#outcome === 'never', 'nothing happens after the end');
    switch (effect.kind) {
      case 'ask':
        return this.#asked(effect.source, effect.chunks);
      case 'cancel':
        this.#rule(this.#running.delete(effect.source), 'only what runs is cancelled');
        return;
      case 'wake':
        this.#rule(effect.atMs > nowMs, 'a wake-up is in the future');
        return;
      case 'done':
        this.#rule(this.#missing.size === 0, 'a race is won only with every chunk good');
        return this.#over('done', nowMs);
      case 'failed':
        if (effect.reason === 'origin-mismatch') this.#rule(this.#httpBad > 0, "a mismatch is the origin's");
        else this.#rule(this.#bothFailed(nowMs), 'a race is lost only when both sources have failed');
        return this.#over('failed', nowMs);
    }
  }

  #asked(source: Source, chunks: readonly number[]): void {
    this.#rule(!this.#running.has(source), 'a source that runs is not asked');
    this.#rule(!this.#ended.has(source), 'a source that has ended is not asked again');
    const missing = [...this.#missing].toSorted((a, b) => a - b);
    this.#rule(
      chunks.length > 0 && chunks.join() === missing.join(),
      'asked is exactly what is missing, in order',
    );
    this.#rule(
      source === 'http' || this.#setting.outlook !== 'none' || this.#ended.has('http'),
      'a swarm that seems to have nothing is asked only when HTTP has failed',
    );
    if (source === 'http') this.#httpAsked = true;
    this.#running.add(source);
  }

  #bothFailed(nowMs: number): boolean {
    const quietSinceMs = Math.max(this.#swarmNewsMs ?? 0, this.#httpEndedMs);
    const swarmFailed = this.#ended.has('swarm') || this.#swarmBad >= badLimit;
    return this.#ended.has('http') && (swarmFailed || nowMs - quietSinceMs >= lastHopeMs);
  }

  #over(outcome: 'done' | 'failed', nowMs: number): void {
    this.#rule(this.#running.size === 0, 'nothing runs on after the end');
    this.#outcome = outcome;
    this.#endedMs = nowMs;
  }
}

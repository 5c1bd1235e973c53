/** A world for one race: a swarm and an origin, each as reliable as its kind, and a clock that jumps. */
import type { Patience } from '../../policy/patience.ts';
import {
  type Outlook,
  raceFor,
  type RaceEffect,
  type RaceEvent,
  type Source,
  stepRace,
} from '../../policy/race.ts';
import type { Chance } from '../../bench/simulation/chance.ts';

export const swarmKinds = [
  'good', 'slow', 'trickling', 'lossy', 'polluted', 'mixed', 'stalling', 'leaving', 'silent', 'babbling',
] as const; // prettier-ignore
export const originKinds = ['good', 'slow', 'hanging', 'breaking', 'refusing', 'wrong'] as const;
export type SwarmKind = (typeof swarmKinds)[number];
export type OriginKind = (typeof originKinds)[number];

export interface Setting {
  readonly chunks: readonly number[];
  readonly outlook: Outlook;
  readonly patience: Patience;
  readonly swarm: SwarmKind;
  readonly origin: OriginKind;
  /** How late each timer fires. */
  readonly latenessMs: number;
  /** Until when the swarm delivers for other requests too. */
  readonly busyUntilMs: number;
}

/** What the machine was told, and what it answered, in order. */
export type Trace =
  | { readonly kind: 'told'; readonly nowMs: number; readonly event: RaceEvent }
  | { readonly kind: 'answered'; readonly nowMs: number; readonly effect: RaceEffect };

/** What a source is going to say, so many milliseconds after it was asked. */
interface Saying {
  readonly afterMs: number;
  readonly what: 'good' | 'bad' | 'ended';
  readonly chunk: number;
}

interface Ask {
  cancelledMs: number;
}

interface Pending {
  readonly atMs: number;
  readonly event: RaceEvent;
  readonly ask: Ask | undefined;
}

/** The origin's own deadline: after so long without a byte it counts as gone. */
export const originStallMs = 20_000;
/** What was on its way when a source was cancelled may still arrive for so long. */
const inFlightMs = 30;
/** Nobody may keep a race busy for ever. */
const stepLimit = 20_000;

/** Plays one race to its end, and lets what is still under way arrive after it. */
export function playRace(setting: Setting, chance: Chance): readonly Trace[] {
  const world = new World(setting, chance);
  return world.play();
}

class World {
  readonly #setting: Setting;
  readonly #chance: Chance;
  readonly #trace: Trace[] = [];
  readonly #asks = new Map<Source, Ask>();
  #pending: Pending[] = [];
  #timer: Ask | undefined;
  #state;

  constructor(setting: Setting, chance: Chance) {
    this.#setting = setting;
    this.#chance = chance;
    this.#state = raceFor(setting.chunks, setting.patience);
  }

  play(): readonly Trace[] {
    this.#tell({ kind: 'start', nowMs: 0, outlook: this.#setting.outlook });
    for (let steps = 0; steps < stepLimit; steps++) {
      const next = this.#takeNext();
      if (next === undefined) break;
      if (this.#arrives(next)) this.#tell(next.event);
    }
    return this.#trace;
  }

  #takeNext(): Pending | undefined {
    const soonest = this.#pending.reduce<Pending | undefined>(
      (best, one) => (best === undefined || one.atMs < best.atMs ? one : best),
      undefined,
    );
    this.#pending = this.#pending.filter((one) => one !== soonest);
    return soonest;
  }

  /** A cancelled source is silent but for what was under way; after the race everything comes, to no effect. */
  #arrives({ atMs, event, ask }: Pending): boolean {
    if (this.#state.phase === 'over' || ask === undefined || atMs <= ask.cancelledMs) return true;
    return (event.kind === 'good' || event.kind === 'bad') && atMs <= ask.cancelledMs + inFlightMs;
  }

  #tell(event: RaceEvent): void {
    const { nowMs } = event;
    this.#trace.push({ kind: 'told', nowMs, event });
    const { state, effects } = stepRace(this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      this.#trace.push({ kind: 'answered', nowMs, effect });
      this.#carryOut(effect, nowMs);
    }
  }

  #carryOut(effect: RaceEffect, nowMs: number): void {
    switch (effect.kind) {
      case 'ask': {
        const ask = { cancelledMs: Infinity };
        this.#asks.set(effect.source, ask);
        const sayings = effect.source === 'swarm' ? this.#swarm(effect.chunks) : this.#origin(effect.chunks);
        for (const saying of sayings)
          this.#pending.push({ ...this.#eventOf(saying, effect.source, nowMs), ask });
        return;
      }
      case 'cancel': {
        const ask = this.#asks.get(effect.source);
        if (ask !== undefined) ask.cancelledMs = nowMs;
        return;
      }
      case 'wake': {
        if (this.#timer !== undefined) this.#timer.cancelledMs = -Infinity;
        this.#timer = { cancelledMs: Infinity };
        const atMs = Math.max(nowMs, effect.atMs) + this.#setting.latenessMs;
        this.#pending.push({
          atMs,
          event: { kind: 'tick', nowMs: atMs, othersMs: this.#othersMs(atMs) },
          ask: this.#timer,
        });
        return;
      }
      case 'done':
      case 'failed':
    }
  }

  #othersMs(nowMs: number): number {
    const { busyUntilMs } = this.#setting;
    return busyUntilMs === 0 ? -Infinity : Math.min(nowMs, busyUntilMs);
  }

  #eventOf({ afterMs, what, chunk }: Saying, source: Source, askedMs: number): Omit<Pending, 'ask'> {
    const nowMs = askedMs + afterMs;
    return {
      atMs: nowMs,
      event: what === 'ended' ? { kind: what, nowMs, source } : { kind: what, nowMs, source, chunk },
    };
  }

  /** Peers deliver in any order. */
  #swarm(asked: readonly number[]): readonly Saying[] {
    const chance = this.#chance;
    const chunks = chance.shuffled(asked);
    const some = chunks.slice(0, chance.between(0, chunks.length - 1));
    switch (this.#setting.swarm) {
      case 'good':
        return this.#stream(chunks, [5, 90], [1, 20]);
      case 'slow':
        return this.#stream(chunks, [50, 2_000], [50, 600]);
      case 'trickling':
        return this.#stream(chunks, [200, 1_000], [300, 1_600]);
      case 'lossy':
        return this.#stream(
          chunks.filter(() => chance.is(0.7)),
          [5, 300],
          [1, 100],
          chance.is(0.5),
        );
      case 'polluted':
        return this.#stream(chunks, [5, 300], [1, 50], chance.is(0.5)).map(spoiled);
      case 'mixed':
        return this.#stream(chunks, [5, 300], [1, 50]).flatMap((one) => {
          if (!chance.is(0.15)) return [one];
          return chance.is(0.5) ? [spoiled(one)] : [spoiled(one), { ...one, afterMs: one.afterMs + 100 }];
        });
      case 'stalling':
        return this.#stream(some, [5, 300], [1, 100]);
      case 'leaving':
        return this.#stream(some, [5, 300], [1, 100], true);
      case 'silent':
        return [];
      case 'babbling': {
        const [first = 0] = chunks;
        const noise = Array.from({ length: 500 }, () =>
          chance.is(0.5) ? first : chance.between(1_000, 2_000),
        );
        return this.#stream(noise, [5, 100], [20, 60]);
      }
    }
  }

  /** The origin delivers in order, and ends when it has nothing more to say. */
  #origin(chunks: readonly number[]): readonly Saying[] {
    const chance = this.#chance;
    const some = chunks.slice(0, chance.between(0, chunks.length - 1));
    switch (this.#setting.origin) {
      case 'good':
        return this.#stream(chunks, [20, 300], [1, 10], true);
      case 'slow':
        return this.#stream(chunks, [200, 3_000], [10, 200], true);
      case 'hanging': {
        const said = this.#stream(some, [20, 300], [1, 10]);
        return [...said, { afterMs: (said.at(-1)?.afterMs ?? 0) + originStallMs, what: 'ended', chunk: 0 }];
      }
      case 'breaking':
        return this.#stream(some, [20, 300], [1, 10], true);
      case 'refusing':
        return this.#stream([], [20, 300], [1, 10], true);
      case 'wrong': {
        const at = chance.between(0, chunks.length - 1);
        return this.#stream(chunks, [20, 300], [1, 10], true).map((one, i) =>
          i === at ? spoiled(one) : one,
        );
      }
    }
  }

  #stream(
    chunks: readonly number[],
    [firstMin, firstMax]: readonly [number, number],
    [gapMin, gapMax]: readonly [number, number],
    ends = false,
  ): readonly Saying[] {
    let afterMs = this.#chance.between(firstMin, firstMax);
    const sayings = chunks.map((chunk): Saying => {
      const saying: Saying = { afterMs, what: 'good', chunk };
      afterMs += this.#chance.between(gapMin, gapMax);
      return saying;
    });
    return ends ? [...sayings, { afterMs, what: 'ended', chunk: 0 }] : sayings;
  }
}

function spoiled(saying: Saying): Saying {
  return saying.what === 'good' ? { ...saying, what: 'bad' } : saying;
}

/**
 * A day at a site of many assets: visitors come as the hour has it, each wants a few assets, the popular ones
 * more often, and gives what it has until it leaves. Every asset is its own pack, and comes at once: how
 * busy anybody is does not count.
 */

import { peerLimits } from '../../protocol/peer-messages.ts';
import type { Chance } from './chance.ts';
import type { Crowd } from './crowd.ts';
import { Graph } from './graph.ts';
import { Timeline } from './timeline.ts';

const assets = 1_000;
const assetsPerVisit = 10;
/** The asset of rank r is wanted in proportion to 1 / r ** exponent. */
const exponent = 0.9;
const [leastBytes, mostBytes] = [64 * 1024, 8 * 1024 * 1024];
const dayMs = 24 * 60 * 60 * 1000;
/** At the busiest hour 1.8 times as many come as in the mean, at the quietest 0.2 times. */
const swing = 0.8;
const meanStayMs = 300_000;
/** The question and its answer over three links, signals through the hub, and the connection's own. */
const searchRoundTrips = 6;

export interface DayOutcome {
  readonly timesMs: readonly number[];
  readonly receivedBytes: number;
  readonly originBytes: number;
  /** Of these, what nobody who was there had. */
  readonly absentBytes: number;
}

export function playDay(crowd: Crowd, visitors: number, chance: Chance): DayOutcome {
  return new DayWorld(crowd, visitors, chance).play();
}

class DayWorld {
  readonly #crowd: Crowd;
  readonly #chance: Chance;
  readonly #timeline = new Timeline();
  readonly #graph: Graph;
  readonly #visitors: number;
  readonly #held: readonly Set<number>[];
  /** Visitors that are there and have it, by asset. */
  readonly #holders = new Int32Array(assets);
  readonly #sizes: Float64Array;
  /** Running sums of how often each asset is wanted. */
  readonly #popularity = new Float64Array(assets);
  readonly #timesMs: number[] = [];
  #received = 0;
  #origin = 0;
  #absent = 0;

  constructor(crowd: Crowd, visitors: number, chance: Chance) {
    this.#crowd = crowd;
    this.#chance = chance;
    this.#visitors = visitors;
    this.#graph = new Graph(visitors, chance);
    this.#held = Array.from({ length: visitors }, () => new Set<number>());
    this.#sizes = Float64Array.from(
      { length: assets },
      () => leastBytes * (mostBytes / leastBytes) ** chance.next(),
    );
    for (let asset = 0, sum = 0; asset < assets; asset++) {
      sum += (asset + 1) ** -exponent;
      this.#popularity[asset] = sum;
    }
  }

  play(): DayOutcome {
    for (let visitor = 0; visitor < this.#visitors; visitor++) {
      this.#timeline.at(this.#arrivalMs(), () => this.#visit(visitor));
    }
    this.#timeline.run(Infinity, () => false);
    return {
      timesMs: this.#timesMs,
      receivedBytes: this.#received,
      originBytes: this.#origin,
      absentBytes: this.#absent,
    };
  }

  #arrivalMs(): number {
    for (;;) {
      const at = this.#chance.next();
      if (this.#chance.next() * (1 + swing) < 1 + swing * Math.sin(2 * Math.PI * at)) return at * dayMs;
    }
  }

  #visit(visitor: number): void {
    this.#graph.join(visitor);
    const held = this.#held[visitor];
    if (held === undefined) return;
    let tookMs = 2 * this.#crowd.latencyMs;
    while (held.size < assetsPerVisit) {
      const asset = this.#anyAsset();
      if (held.has(asset)) continue;
      tookMs += this.#fetch(visitor, asset);
      held.add(asset);
    }
    for (const asset of held) this.#holders[asset] = (this.#holders[asset] ?? 0) + 1;
    this.#timesMs.push(tookMs);
    this.#timeline.after(-Math.log(1 - this.#chance.next()) * meanStayMs, () => {
      for (const asset of held) this.#holders[asset] = (this.#holders[asset] ?? 0) - 1;
      held.clear();
      this.#graph.leave(visitor);
    });
  }

  #fetch(visitor: number, asset: number): number {
    const { upPerMs, downPerMs, originPerMs, latencyMs } = this.#crowd;
    const bytes = this.#sizes[asset] ?? 0;
    let givers = 0;
    for (let at = 0; at < this.#graph.degree(visitor); at++) {
      if (this.#held[this.#graph.neighbour(visitor, at)]?.has(asset) === true) givers++;
    }
    this.#received += bytes;
    if (givers > 0) return bytes / Math.min(downPerMs, givers * upPerMs);
    // Those that are asked are more than one; who takes no more links is passed over.
    const takes = (other: number): boolean =>
      this.#held[other]?.has(asset) === true && this.#graph.linkTo(visitor, other);
    if (this.#graph.find(visitor, peerLimits.hops + 1, takes) !== undefined)
      return searchRoundTrips * 2 * latencyMs + bytes / Math.min(downPerMs, upPerMs);
    this.#origin += bytes;
    if (this.#holders[asset] === 0) this.#absent += bytes;
    return bytes / Math.min(downPerMs, originPerMs);
  }

  #anyAsset(): number {
    const at = this.#chance.next() * (this.#popularity[assets - 1] ?? 0);
    let [low, high] = [0, assets - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#popularity[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

import type { Rates } from '../api.ts';

const seconds = 60;
type Kind = 'http' | 'swarm' | 'cache' | 'origin';

/** Bytes of the last sixty seconds, second by second. */
export class RateWindow {
  readonly #slots = Array.from({ length: seconds }, () => ({
    second: 0,
    http: 0,
    swarm: 0,
    cache: 0,
    origin: 0,
  }));

  add(kind: Kind, bytes: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const slot = this.#slots[second % seconds];
    if (slot === undefined) return;
    if (slot.second !== second) Object.assign(slot, { second, http: 0, swarm: 0, cache: 0, origin: 0 });
    slot[kind] += bytes;
  }

  rates(nowMs: number): Rates {
    const oldest = Math.floor(nowMs / 1000) - seconds;
    const live = this.#slots.filter(({ second }) => second > oldest);
    const mean = (kind: Kind): number =>
      Math.round(live.reduce((sum, slot) => sum + slot[kind], 0) / seconds);
    return {
      httpBytesPerSecond: mean('http'),
      swarmBytesPerSecond: mean('swarm'),
      cacheBytesPerSecond: mean('cache'),
      originBytesPerSecond: mean('origin'),
    };
  }
}

import { ByAge } from './by-age.ts';

/** Which beacons came, remembered for a window of time; bounded, the oldest are forgotten first. */
export class SeenIds {
  readonly #seen: ByAge<true>;

  constructor(windowMs: number, limit = 500_000) {
    this.#seen = new ByAge(windowMs, limit);
  }

  /** `true` the first time; `false` when it was seen before. */
  add(id: string, nowMs: number): boolean {
    if (this.#seen.get(id, nowMs) !== undefined) return false;
    this.#seen.set(id, true, nowMs);
    return true;
  }
}

/** What is remembered for minutes only: which beacons came, and which pages are open. */

/** Ids that were seen within a window of time; bounded, the oldest are forgotten first. */
export class SeenIds {
  readonly #windowMs: number;
  readonly #limit: number;
  readonly #seen = new Map<string, number>();

  constructor(windowMs: number, limit = 500_000) {
    this.#windowMs = windowMs;
    this.#limit = limit;
  }

  /** `true` the first time; `false` when it was seen before. */
  add(id: string, nowMs: number): boolean {
    this.#forget(nowMs);
    if (this.#seen.has(id)) return false;
    this.#seen.set(id, nowMs);
    return true;
  }

  #forget(nowMs: number): void {
    for (const [id, atMs] of this.#seen) {
      if (atMs > nowMs - this.#windowMs && this.#seen.size <= this.#limit) return;
      this.#seen.delete(id);
    }
  }
}

/** How long a page counts as open after its last beacon. */
const presenceMs = 120_000;
const presenceLimit = 200_000;

interface Page {
  lastMs: number;
  networkBytes: number;
}

/** The pages of one site that reported lately. */
export class Presence {
  /** In the order of their last report. */
  readonly #pages = new Map<string, Page>();

  /** How many are there now. */
  count(nowMs: number): number {
    this.#forget(nowMs);
    return this.#pages.size;
  }

  /** Marks a page as here. `isNew`: not heard of lately; `networkBytes`: what it has claimed so far, with these. */
  touch(session: string, networkBytes: number, nowMs: number): { isNew: boolean; networkBytes: number } {
    this.#forget(nowMs);
    const known = this.#pages.get(session);
    const page = { lastMs: nowMs, networkBytes: (known?.networkBytes ?? 0) + networkBytes };
    this.#pages.delete(session);
    this.#pages.set(session, page);
    return { isNew: known === undefined, networkBytes: page.networkBytes };
  }

  #forget(nowMs: number): void {
    for (const [session, { lastMs }] of this.#pages) {
      if (lastMs > nowMs - presenceMs && this.#pages.size <= presenceLimit) return;
      this.#pages.delete(session);
    }
  }
}

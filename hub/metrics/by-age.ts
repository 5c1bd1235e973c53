interface Entry<T> {
  readonly key: string;
  readonly value: T;
  atMs: number;
  older: Entry<T> | undefined;
  newer: Entry<T> | undefined;
}

/**
 * What was seen lately, forgotten by age and by number. A list beside the map, because a map alone is
 * slow at this: what was deleted from its front is stepped over each time one looks for its first entry.
 */
export class ByAge<T> {
  readonly #keptMs: number;
  readonly #limit: number;
  readonly #entries = new Map<string, Entry<T>>();
  #oldest: Entry<T> | undefined;
  #newest: Entry<T> | undefined;

  /** `limit`: how many are kept at most. */
  constructor(keptMs: number, limit: number) {
    this.#keptMs = keptMs;
    this.#limit = limit;
  }

  /** How many are not too old. */
  size(nowMs: number): number {
    this.#forget(nowMs);
    return this.#entries.size;
  }

  get(key: string, nowMs: number): T | undefined {
    this.#forget(nowMs);
    return this.#entries.get(key)?.value;
  }

  /** Sets it, and makes it the newest. */
  set(key: string, value: T, nowMs: number): void {
    const known = this.#entries.get(key);
    if (known !== undefined) this.#unlink(known);
    const entry: Entry<T> = { key, value, atMs: nowMs, older: this.#newest, newer: undefined };
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#entries.set(key, entry);
    this.#forget(nowMs);
  }

  #forget(nowMs: number): void {
    for (let entry = this.#oldest; entry !== undefined; entry = this.#oldest) {
      if (entry.atMs > nowMs - this.#keptMs && this.#entries.size <= this.#limit) return;
      this.#unlink(entry);
      this.#entries.delete(entry.key);
    }
  }

  #unlink({ older, newer }: Entry<T>): void {
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
  }
}

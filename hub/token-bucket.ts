/** A token bucket: `burst` at once, `perSecond` in the long run. The caller brings the time. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #atMs: number;

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes `cost` tokens; `false`, and takes none, when there are too few. */
  take(cost: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Whether there are so many tokens. */
  has(cost: number, nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= cost;
  }

  /** Whether it has filled up again, so that forgetting it changes nothing. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.#burst;
  }

  #refill(nowMs: number): void {
    // A clock that steps back must neither drain nor freeze the bucket.
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs / 1000) * this.#perSecond);
  }
}

/** One bucket a key (a client's address), bounded: full buckets are forgotten first. */
export class TokenBuckets {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #limit: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(burst: number, perSecond: number, limit = 50_000) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#limit = limit;
  }

  take(key: string, cost: number, nowMs: number): boolean {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#limit) this.#forget(nowMs);
      bucket = new TokenBucket(this.#burst, this.#perSecond, nowMs);
      this.#buckets.set(key, bucket);
    }
    return bucket.take(cost, nowMs);
  }

  /** Whether `key` has a token left; takes none. */
  has(key: string, nowMs: number): boolean {
    return this.#buckets.get(key)?.has(1, nowMs) ?? true;
  }

  #forget(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(key);
    // Enough room that the next key need not look again: the oldest go, whatever they are owed.
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#limit / 2) return;
      this.#buckets.delete(key);
    }
  }
}

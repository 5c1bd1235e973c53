import { TokenBuckets } from '../token-bucket.ts';

/** How many connections each range of addresses has: nobody may take the places of all others. */
export class Ranges {
  readonly #limit: number;
  readonly #open = new Map<string, number>();
  /** Coming and going costs others messages, so it is rationed too. */
  readonly #comings: TokenBuckets;

  constructor(limit: number, perSecond: number) {
    this.#limit = limit;
    this.#comings = new TokenBuckets(limit, perSecond);
  }

  /** `false`, and no effect, when the range has had its share. */
  enter(range: string, nowMs: number): boolean {
    const open = this.#open.get(range) ?? 0;
    if (open >= this.#limit || !this.#comings.take(range, 1, nowMs)) return false;
    this.#open.set(range, open + 1);
    return true;
  }

  leave(range: string): void {
    const open = this.#open.get(range) ?? 0;
    if (open > 1) this.#open.set(range, open - 1);
    else this.#open.delete(range);
  }
}

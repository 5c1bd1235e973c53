import { createHash, timingSafeEqual } from 'node:crypto';
import { householdOf } from './address.ts';
import { TokenBuckets } from './token-bucket.ts';

/** A secret that nobody can guess: ten wrong ones from an address, then one every ten seconds. */
export class TokenGuard {
  readonly #token: string | undefined;
  readonly #attempts = new TokenBuckets(10, 0.1);

  /** Without a token nothing matches. */
  constructor(token: string | undefined) {
    this.#token = token;
  }

  matches(given: string, address: string | undefined, nowMs: number): boolean {
    const household = householdOf(address);
    if (this.#token === undefined || !this.#attempts.has(household, nowMs)) return false;
    if (areEqual(given, this.#token)) return true;
    this.#attempts.take(household, 1, nowMs);
    return false;
  }
}

/** In constant time. */
export function areEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

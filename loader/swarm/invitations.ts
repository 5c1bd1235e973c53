/** Offers of ours to nobody in particular, by attempt, until somebody answers. */

import type { Link } from './link.ts';

export class Invitations {
  readonly #links = new Map<string, Link>();

  add(link: Link): void {
    this.#links.set(link.attempt, link);
  }

  /** Answered, or over: it is an invitation no longer. */
  take(attempt: string): Link | undefined {
    const link = this.#links.get(attempt);
    this.#links.delete(attempt);
    return link;
  }

  withdraw(attempt: string): void {
    this.take(attempt)?.close();
  }

  withdrawAll(): void {
    for (const attempt of [...this.#links.keys()]) this.withdraw(attempt);
  }
}

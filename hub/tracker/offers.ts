interface Offer {
  readonly to: string;
  readonly untilMs: number;
  isAnswered: boolean;
  /** Messages about it since. */
  said: number;
}

/**
 * The offers of one member that the tracker has relayed, and to whom: only that one may answer, once
 * and in time, and only the two may say more about it. (Else anybody could inject answers into
 * connections that are being made.)
 */
export class Offers {
  /** Remembered at once. */
  static readonly limit = 128;
  /** Of them without an answer; a page opens a dozen links. */
  static readonly unanswered = 64;
  /** The same to one member, which may not want to hear of this one. */
  static readonly unansweredByOne = 4;
  /** Messages about one offer; ICE has twenty candidates on each side at most. */
  static readonly messages = 64;
  /** Stock clients give an offer up after 50 seconds. */
  static readonly lifetimeMs = 60_000;
  /** Oldest first. */
  readonly #made = new Map<string, Offer>();

  /** Notes a new offer; `false`, and it is not to be relayed, when there are too many already. */
  make(offerId: string, to: string, nowMs: number): boolean {
    this.#forget(nowMs);
    this.#made.delete(offerId);
    const open = [...this.#made.values()].filter(({ isAnswered }) => !isAnswered);
    if (open.length >= Offers.unanswered) return false;
    if (open.filter((offer) => offer.to === to).length >= Offers.unansweredByOne) return false;
    this.#made.set(offerId, { to, untilMs: nowMs + Offers.lifetimeMs, isAnswered: false, said: 0 });
    return true;
  }

  /** Whether `from` may answer (or refuse) this offer now; it may not a second time. */
  answer(offerId: string, from: string, nowMs: number): boolean {
    const offer = this.#made.get(offerId);
    if (offer === undefined || offer.isAnswered || !this.concern(offerId, from, nowMs)) return false;
    offer.isAnswered = true;
    return true;
  }

  /** Whether more may be said about this offer, by `other` or to it. */
  concern(offerId: string, other: string, nowMs: number): boolean {
    const offer = this.#made.get(offerId);
    if (offer === undefined || offer.to !== other || nowMs > offer.untilMs) return false;
    return ++offer.said <= Offers.messages;
  }

  #forget(nowMs: number): void {
    for (const [offerId, { untilMs }] of this.#made) {
      if (nowMs <= untilMs && this.#made.size < Offers.limit) return;
      this.#made.delete(offerId);
    }
  }
}

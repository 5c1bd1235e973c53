import type { Announce } from './messages.ts';

/** One end of the tracker: a WebSocket, or whatever stands for it in a simulation. */
export interface TrackerConnection {
  /** The `Origin` header of the page; `null` for programs that are no browser. */
  readonly origin: string | null;
  /** Sends one message. Must not throw, also when the other side is gone. */
  send(text: string): void;
  /** Somebody else claims the peer id of this connection: find out soon whether it still lives. */
  probe(): void;
}

/** A peer in one swarm. Its id belongs to its connection. */
export interface Member {
  readonly peerId: string;
  readonly connection: TrackerConnection;
  /** Understands `signal` and `members`. */
  shoal: boolean;
  /** Holds everything (`left: 0`). */
  complete: boolean;
  readonly offers: ExpectedAnswers;
  /** Who else announced this peer id: takes its place once this connection turns out to be dead. */
  claim?: { readonly connection: TrackerConnection; readonly message: Announce };
}

/**
 * The offers of one member that the tracker has relayed, and to whom: only that one may answer, once,
 * and in time. (Else anybody could inject answers into connections that are being made.)
 */
export class ExpectedAnswers {
  static readonly limit = 64;
  /** Stock clients give an offer up after 50 seconds. */
  static readonly lifetimeMs = 60_000;
  readonly #expected = new Map<string, { readonly from: string; readonly untilMs: number }>();

  expect(offerId: string, from: string, nowMs: number): void {
    this.#expected.delete(offerId);
    this.#expected.set(offerId, { from, untilMs: nowMs + ExpectedAnswers.lifetimeMs });
    if (this.#expected.size <= ExpectedAnswers.limit) return;
    for (const oldest of this.#expected.keys()) {
      this.#expected.delete(oldest);
      return;
    }
  }

  /** Whether `from` may answer this offer now; it may not a second time. */
  take(offerId: string, from: string, nowMs: number): boolean {
    const expected = this.#expected.get(offerId);
    if (expected === undefined || expected.from !== from) return false;
    this.#expected.delete(offerId);
    return nowMs <= expected.untilMs;
  }
}

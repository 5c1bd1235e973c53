import type { Inbox } from './inbox.ts';
import type { Announce } from './messages.ts';
import type { Offers } from './offers.ts';

/** One end of the tracker: a WebSocket, or whatever stands for it in a simulation. */
export interface TrackerConnection {
  /** The `Origin` header of the page; `null` for programs that are no browser. */
  readonly origin: string | null;
  /** Sent and not yet taken by the other side. */
  readonly bufferedBytes: number;
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
  readonly offers: Offers;
  readonly inbox: Inbox;
  /** Who else announced this peer id: takes its place if this connection turns out to be dead soon. */
  claim?: Claim;
}

/** A peer id that was announced while another connection had it. */
export interface Claim {
  readonly connection: TrackerConnection;
  readonly message: Announce;
  readonly untilMs: number;
}

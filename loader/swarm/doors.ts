/** A way to find members of the swarm and to exchange WebRTC signals with them. */

import type { SignalBody } from '../../protocol/tracker.ts';

/** What a door tells. Everything is untrusted: peers are 40 hex digits, the rest is checked by who uses it. */
export interface DoorEvents {
  /** Who is here; empty: nobody else. */
  listed(peers: readonly string[]): void;
  joined(peers: readonly string[]): void;
  left(peers: readonly string[]): void;
  /** `attempt` names the connection attempt, 40 hex digits. */
  signal(from: string, attempt: string, body: SignalBody): void;
  /**
   * Makes an offer for whoever answers first; it comes through `send`, to nobody. `false`: no more links are
   * wanted.
   */
  invite(attempt: string): boolean;
  /** The invitation is no longer out. */
  withdraw(attempt: string): void;
  /** It does not work at the moment; the door itself tries again. */
  failed(): void;
}

/** One door: the hub today; introductions, push messages or pasted invitations would be others. */
export interface SignalDoor {
  /** Whether a member can be called by name; else there are only invitations. */
  readonly canDial: boolean;
  start(events: DoorEvents): void;
  /** Sends, or drops silently where the door is closed: the attempt's deadline covers it. */
  send(to: string, attempt: string, body: SignalBody): void;
  /** No more candidates of ours will come. */
  gathered(attempt: string): void;
  /** All links are gone: who else is here? */
  refresh(): void;
  /** Leaves; synchronous. */
  stop(): void;
}

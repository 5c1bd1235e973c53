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
  /** It does not work at the moment; the door itself tries again. */
  failed(): void;
}

/** One door: the hub today; introductions, push messages or pasted invitations would be others. */
export interface SignalDoor {
  readonly name: string;
  start(events: DoorEvents): void;
  /** Sends, or drops silently where the door is closed: the attempt's deadline covers it. */
  send(to: string, attempt: string, body: SignalBody): void;
  /** Leaves; synchronous. */
  stop(): void;
}

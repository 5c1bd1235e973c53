/** Which door leads to a peer: the last one that named it. */

import type { SignalDoor } from './doors.ts';

/** A tracker can name any number of members; only so many are ever dialed. */
const limit = 500;

export class DoorBook {
  readonly #doors = new Map<string, SignalDoor>();

  note(peer: string, door: SignalDoor): void {
    if (this.#doors.size >= limit) this.#doors.clear();
    this.#doors.set(peer, door);
  }

  of(peer: string): SignalDoor | undefined {
    return this.#doors.get(peer);
  }
}

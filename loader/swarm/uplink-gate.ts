/** Lets out what peers are given, as much as policy/uplink.ts has room for; those who wait take turns. */

import {
  afterLoss,
  afterReceipt,
  afterSending,
  afterSilence,
  freshUplink,
  leastSendBytes,
  roomFor,
  withoutPeer,
  type Uplink,
} from '../../policy/uplink.ts';

/** Bytes of one turn: a block with its header. */
const turnBytes = 16 * 1024 + 13;
/** What is on its way to a peer that says nothing for so long counts as lost. */
const silenceMs = 3_000;

/** Somebody with something to send. */
export interface Outlet {
  readonly peer: string;
  /** Bytes that wait and could be taken by the channel now. */
  readonly waitingBytes: number;
  /** Sends so many of them; fewer never. */
  send(bytes: number): void;
}

export class UplinkGate {
  #uplink: Uplink = freshUplink;
  readonly #waiting = new Set<Outlet>();
  /** When a peer that is waited for was last heard of, or began to be waited for. */
  readonly #heardMs = new Map<string, number>();
  #isWatching = false;
  #isLettingOut = false;

  /** The outlet has something to send, or its channel has room again. */
  ready(outlet: Outlet): void {
    if (!this.#waiting.has(outlet)) this.#heardMs.set(outlet.peer, performance.now());
    this.#waiting.add(outlet);
    this.#letOut();
  }

  /** Something went out without waiting; it is too small to be held up, but it counts. */
  passed(peer: string, bytes: number): void {
    this.#uplink = afterSending(this.#uplink, peer, bytes);
  }

  received(peer: string, bytes: number, oneWayMs: number, roundTripMs: number): void {
    const nowMs = performance.now();
    this.#heardMs.set(peer, nowMs);
    const isFull = roomFor(this.#uplink, peer) < leastSendBytes(this.#uplink, peer);
    this.#uplink = afterReceipt(this.#uplink, { peer, bytes, oneWayMs, roundTripMs, isFull }, nowMs);
    this.#letOut();
  }

  /** The outlet's channel is closed; so much of what it sent will not be heard of. */
  leave(outlet: Outlet, unheardBytes: number): void {
    this.#waiting.delete(outlet);
    this.#uplink = afterLoss(this.#uplink, outlet.peer, unheardBytes);
    this.#letOut();
  }

  /** The connection is gone. */
  forget(peer: string): void {
    this.#uplink = withoutPeer(this.#uplink, peer);
    this.#heardMs.delete(peer);
  }

  #letOut(): void {
    // Sending makes room for more writes, which come back here: they wait for their turn in the loop.
    if (this.#isLettingOut) return;
    this.#isLettingOut = true;
    for (const outlet of this.#waiting) {
      const room = roomFor(this.#uplink, outlet.peer);
      const bytes = Math.min(outlet.waitingBytes, turnBytes, room);
      if (bytes < Math.min(outlet.waitingBytes, leastSendBytes(this.#uplink, outlet.peer))) continue;
      // To the end of the line, where this loop comes by again.
      this.#waiting.delete(outlet);
      if (bytes === 0) continue;
      this.#uplink = afterSending(this.#uplink, outlet.peer, bytes);
      outlet.send(bytes);
      if (outlet.waitingBytes > 0) this.#waiting.add(outlet);
    }
    this.#isLettingOut = false;
    if (this.#waiting.size === 0 || this.#isWatching) return;
    this.#isWatching = true;
    setTimeout(() => this.#lookForSilence(), silenceMs);
  }

  #lookForSilence(): void {
    this.#isWatching = false;
    const nowMs = performance.now();
    for (const { peer } of this.#waiting) {
      if (nowMs - (this.#heardMs.get(peer) ?? 0) < silenceMs) continue;
      this.#heardMs.set(peer, nowMs);
      this.#uplink = afterSilence(this.#uplink, peer, nowMs);
    }
    this.#letOut();
  }
}

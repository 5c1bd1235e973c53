/**
 * Tells peers which pieces we have got, a few times a second instead of one message for each piece and
 * peer, and never a peer that has the piece itself: a message costs much, however short it is.
 */

const pauseMs = 50;

/** A wire of WebTorrent, as far as it matters here. */
export interface HaveWire {
  have: (piece: number) => void;
  readonly peerPieces: { get(piece: number): boolean };
  readonly lt_donthave: { on(event: 'donthave', listener: (piece: number) => void): void };
  once(event: 'close', listener: () => void): unknown;
}

/** What waits to be said on one wire. */
interface Waiting {
  readonly pieces: Set<number>;
  readonly say: (pieces: Iterable<number>) => void;
}

export class Haves {
  readonly #waiting = new Map<HaveWire, Waiting>();
  #saidMs = -Infinity;
  #isDue = false;

  /** From now on the wire's `have` goes through us. `has`: whether we have a piece. */
  take(wire: HaveWire, has: (piece: number) => boolean): void {
    const have = wire.have.bind(wire);
    const waiting: Waiting = {
      pieces: new Set(),
      say: (pieces) => {
        for (const piece of pieces) if (has(piece) && !wire.peerPieces.get(piece)) have(piece);
      },
    };
    wire.have = (piece) => {
      waiting.pieces.add(piece);
      this.#waiting.set(wire, waiting);
      if (this.#isDue) return;
      this.#isDue = true;
      setTimeout(() => this.#flush(), Math.max(0, this.#saidMs + pauseMs - performance.now()));
    };
    // What it has lost it did not hear of while it had it.
    wire.lt_donthave.on('donthave', (piece) => waiting.say([piece]));
    wire.once('close', () => this.#waiting.delete(wire));
  }

  #flush(): void {
    this.#isDue = false;
    this.#saidMs = performance.now();
    for (const { pieces, say } of this.#waiting.values()) {
      say(pieces);
      pieces.clear();
    }
    this.#waiting.clear();
  }
}

/** What this page has on the way from the origin for the swarm, of all packs together. */

/** With others to share with; a page that is alone asks for all it wants at once. */
const sharedBytes = 1024 * 1024;
/** As many as a browser opens to one host over HTTP/1.1. */
const requestsLimit = 6;
/** Peers that have what is wanted and bring less than this in so long are not waited for. */
const slowBytes = 128 * 1024;
const slowMs = 1_800;

export class OriginBudget {
  /** When something last came, of whichever pack and from wherever, or was asked for. */
  progressMs = 0;
  readonly #onRoom: () => void;
  #bytes = 0;
  #requests = 0;
  /** What peers have brought since `sinceMs`, and in as long a time before it. */
  #brought = { sinceMs: -Infinity, bytes: 0, beforeBytes: 0 };

  /** `onRoom`: there is room again. */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  /** A block has come from a peer. */
  received(bytes: number): void {
    this.progressMs = performance.now();
    this.#roll(this.progressMs);
    this.#brought.bytes += bytes;
  }

  /** Whether peers that could have brought something since then bring next to nothing. */
  arePeersSlow(sinceMs: number): boolean {
    const nowMs = performance.now();
    if (nowMs - sinceMs < slowMs) return false;
    this.#roll(nowMs);
    return this.#brought.bytes + this.#brought.beforeBytes < slowBytes;
  }

  #roll(nowMs: number): void {
    const { sinceMs, bytes } = this.#brought;
    if (nowMs - sinceMs < slowMs) return;
    this.#brought = { sinceMs: nowMs, bytes: 0, beforeBytes: nowMs - sinceMs < 2 * slowMs ? bytes : 0 };
  }

  get isBusy(): boolean {
    return this.#requests > 0;
  }

  get mayRequest(): boolean {
    return this.#requests < requestsLimit;
  }

  /** Pieces that may be asked for more, when others are here: many at a time, or none. */
  room(pieceBytes: number): number {
    return this.#bytes > sharedBytes / 2 ? 0 : Math.max(1, (sharedBytes - this.#bytes) / pieceBytes);
  }

  begin(bytes: number): void {
    this.#requests++;
    this.#bytes += bytes;
    this.progressMs = performance.now();
  }

  /** These will not come any more, or are here. */
  release(bytes: number): void {
    this.#bytes -= bytes;
    this.#onRoom();
  }

  end(): void {
    this.#requests--;
    this.#onRoom();
  }
}

/**
 * Pieces that peers brought and that are not in the verified cache yet, of all packs together. Over
 * its budget the oldest are asked of their owners; a piece that is still wanted is never given up.
 */

const limitBytes = 64 * 1024 * 1024;

/** Whether the owner lets a piece go; it then forgets that it has it. */
export type GivesUp = () => boolean;

interface Entry {
  readonly bytes: Uint8Array;
  readonly givesUp: GivesUp;
}

export class PieceMemory {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  get(infohash: string, piece: number): Uint8Array | undefined {
    return this.#entries.get(`${infohash}/${piece}`)?.bytes;
  }

  put(infohash: string, piece: number, bytes: Uint8Array, givesUp: GivesUp): void {
    this.delete(infohash, piece);
    this.#entries.set(`${infohash}/${piece}`, { bytes, givesUp });
    this.#bytes += bytes.length;
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= limitBytes) break;
      if (entry.givesUp()) this.#remove(key);
    }
  }

  delete(infohash: string, piece: number): void {
    this.#remove(`${infohash}/${piece}`);
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes.length ?? 0;
    this.#entries.delete(key);
  }
}

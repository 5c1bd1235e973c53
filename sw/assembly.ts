/** A run of chunks as one block of memory, filled from cache, swarm and HTTP in any order. */

import { chunkRange, chunksOfRange, type Asset, type ByteRange } from '../manifests/index.ts';

export class Assembly {
  readonly asset: Asset;
  readonly chunkBytes: number;
  /** Offset of the first byte in the asset. */
  readonly from: number;
  readonly to: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #missing: Set<number>;

  /** For the chunks that `span` touches; the span must not be empty. */
  constructor(asset: Asset, span: ByteRange, chunkBytes: number) {
    const { first, last } = chunksOfRange(span, chunkBytes);
    this.asset = asset;
    this.chunkBytes = chunkBytes;
    this.from = first * chunkBytes;
    this.to = chunkRange(asset, last, chunkBytes).to;
    this.#bytes = new Uint8Array(this.to - this.from);
    this.#missing = new Set(Array.from({ length: last - first + 1 }, (_, i) => first + i));
  }

  /** Chunks that are not here yet, ascending. */
  get missing(): number[] {
    return [...this.#missing];
  }

  /** Puts a verified chunk in its place; `false` when it was there, or has no place here. */
  put(chunk: number, bytes: Uint8Array): boolean {
    if (!this.#missing.delete(chunk)) return false;
    this.#bytes.set(bytes, chunk * this.chunkBytes - this.from);
    return true;
  }

  /** Puts everything in its place, out of the verified bytes of the whole asset. */
  fill(whole: Uint8Array): void {
    for (const chunk of this.missing) {
      this.put(chunk, whole.subarray(chunk * this.chunkBytes, (chunk + 1) * this.chunkBytes));
    }
  }

  /** Bytes by their offsets in the asset, not copied; complete only when nothing is missing. */
  part(from: number, to: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(from - this.from, to - this.from);
  }
}

/**
 * Where WebTorrent puts and gets a pack's pieces (abstract-chunk-store,
 * https://github.com/mafintosh/abstract-chunk-store): what peers brought is in memory, the rest is
 * read from the verified cache, piece by piece, and checked before a peer gets a byte of it.
 */

import { toHex } from '../../manifests/hex.ts';
import { pieceRange, segmentsOf, type ByteRange, type Pieces } from '../../policy/pack-layout.ts';
import type { PackLayout } from '../../protocol/worker-messages.ts';
import type { KeptReader } from './kept-reader.ts';
import type { GivesUp, PieceMemory } from './piece-memory.ts';
import { Recent } from './recent.ts';
import type { Store } from './webtorrent.ts';

/** Pieces read from the cache that are kept at hand: peers ask for 16 KiB at a time. */
const recentLimitBytes = 4 * 1024 * 1024;

export interface PieceStoreOwner {
  /** `undefined` while the torrent opens: then the store is empty. */
  pieces(): Pieces | undefined;
  hashOf(piece: number): string | undefined;
  /** WebTorrent has checked the piece. */
  brought(piece: number): void;
  /** The piece was thought to be in the cache and is not, or not the right one. */
  lost(piece: number): void;
  givesUp(piece: number): ReturnType<GivesUp>;
}

export class PieceStore implements Store {
  readonly #layout: PackLayout;
  readonly #owner: PieceStoreOwner;
  readonly #memory: PieceMemory;
  readonly #reader: KeptReader;
  readonly #recent = new Recent<Uint8Array>(recentLimitBytes);

  /** `layout.assets` ascend by offset. */
  constructor(layout: PackLayout, owner: PieceStoreOwner, memory: PieceMemory, reader: KeptReader) {
    this.#layout = layout;
    this.#owner = owner;
    this.#memory = memory;
    this.#reader = reader;
  }

  put(piece: number, bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.keep(piece, bytes);
    this.#owner.brought(piece);
    done(null);
  }

  /** In memory, until the cache has it. */
  keep(piece: number, bytes: Uint8Array): void {
    this.#memory.put(this.#layout.infohash, piece, bytes, () => this.#owner.givesUp(piece));
  }

  get(
    piece: number,
    options: { readonly offset?: number; readonly length?: number } | null,
    done: (error: Error | null, bytes?: Uint8Array) => void,
  ): void {
    void this.#answer(piece, options?.offset ?? 0, options?.length, done);
  }

  close(done: () => void): void {
    done();
  }

  destroy(done: () => void): void {
    done();
  }

  /** Bytes of a range of the pack, a copy of its own; `undefined` when a piece of it is not here. */
  async read(range: ByteRange): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const pieces = this.#owner.pieces();
    if (pieces === undefined) return undefined;
    const bytes = new Uint8Array(range.to - range.from);
    for (let at = range.from; at < range.to;) {
      const index = Math.floor(at / pieces.pieceBytes);
      const { from, to } = pieceRange(index, pieces);
      const piece = await this.#piece(index);
      if (piece === undefined) return undefined;
      const end = Math.min(to, range.to);
      bytes.set(piece.subarray(at - from, end - from), at - range.from);
      at = end;
    }
    return bytes;
  }

  /** A peer brought it, and it is still in memory. */
  isBrought(piece: number): boolean {
    return this.#memory.get(this.#layout.infohash, piece) !== undefined;
  }

  /** Forgets the copy in memory: the cache has the piece, or it is wrong. */
  forget(piece: number): void {
    this.#memory.delete(this.#layout.infohash, piece);
    this.#recent.delete(String(piece));
  }

  async #answer(
    piece: number,
    offset: number,
    length: number | undefined,
    done: (error: Error | null, bytes?: Uint8Array) => void,
  ): Promise<void> {
    const bytes = await this.#piece(piece);
    const end = offset + (length ?? (bytes?.length ?? 0) - offset);
    // A request beyond the piece's end gets no block, not a shorter one; from 2 GiB on the wire's offsets are negative.
    if (bytes === undefined || offset < 0 || end > bytes.length)
      done(new Error(`piece ${piece} is not here`));
    else done(null, bytes.subarray(offset, end));
  }

  async #piece(index: number): Promise<Uint8Array | undefined> {
    const near = this.#memory.get(this.#layout.infohash, index) ?? this.#recent.get(String(index));
    if (near !== undefined) return near;
    const pieces = this.#owner.pieces();
    if (pieces === undefined) return undefined;
    const bytes = await this.#assemble(pieceRange(index, pieces));
    if (bytes !== undefined && (await sha1Hex(bytes)) === this.#owner.hashOf(index)) {
      this.#recent.set(String(index), bytes);
      return bytes;
    }
    this.#owner.lost(index);
    return undefined;
  }

  async #assemble(range: ByteRange): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(range.to - range.from);
    for (const { asset, from, to } of segmentsOf(range, this.#layout.assets)) {
      const part = await this.#reader.read(asset, from, to);
      if (part === undefined) return undefined;
      bytes.set(part, asset.offset + from - range.from);
    }
    return bytes;
  }
}

/** Transport's own check (BEP 3): what WebTorrent on the other side will compare with. */
export async function sha1Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', bytes)));
}

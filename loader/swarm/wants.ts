/**
 * What the worker wants of one pack: chunks of assets, each waiting for the pieces that cover it.
 * A want ends when its last chunk is out, or when nothing of the rest can be had from anybody.
 */

import { chunkRange, piecesOf, type ByteRange, type Pieces } from '../../policy/pack-layout.ts';
import type { HostToWorker, PackedAsset } from '../../protocol/worker-messages.ts';

/** One `want` of the worker (protocol/worker-messages.ts). */
export interface WantRequest {
  readonly id: number;
  readonly asset: PackedAsset;
  readonly chunks: readonly number[];
  readonly chunkBytes: number;
  readonly timeoutMs: number;
}

/** The pack behind it. */
export interface WantedPack {
  /** `undefined` while the torrent opens. */
  pieces(): Pieces | undefined;
  has(piece: number): boolean;
  /** Somebody connected has the piece, or may turn out to. */
  isObtainable(piece: number): boolean;
  read(range: ByteRange): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The pieces that are wanted now, ascending; replaces the last list. */
  select(pieces: readonly number[]): void;
  post(message: HostToWorker, transfer?: readonly ArrayBuffer[]): void;
}

interface Want extends WantRequest {
  /** Chunks not sent yet. */
  readonly missing: Set<number>;
  /** Of these, the ones being read for sending. */
  readonly leaving: Set<number>;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Wants {
  readonly #pack: WantedPack;
  readonly #wants = new Map<number, Want>();
  #scheduled = false;

  constructor(pack: WantedPack) {
    this.#pack = pack;
  }

  get isEmpty(): boolean {
    return this.#wants.size === 0;
  }

  add(request: WantRequest): void {
    const { id, asset, chunks, chunkBytes } = request;
    const exist = chunks.every((chunk) => chunkRange(asset, chunk, chunkBytes) !== undefined);
    if (!exist || chunks.length === 0) return this.#pack.post({ t: 'none', id });
    this.#wants.set(request.id, {
      ...request,
      missing: new Set(request.chunks),
      leaving: new Set(),
      timer: setTimeout(() => this.#giveUp(request.id), request.timeoutMs),
    });
    this.review();
  }

  /** Without an answer. */
  cancel(id: number): boolean {
    const want = this.#wants.get(id);
    if (want === undefined) return false;
    this.#remove(want);
    return true;
  }

  clear(): void {
    for (const want of this.#wants.values()) this.#remove(want);
  }

  /** Answers `none` to all that want this asset, or any. */
  refuse(digest?: string): void {
    for (const { id, asset } of this.#wants.values()) {
      if (digest === undefined || asset.digest === digest) this.#giveUp(id);
    }
  }

  /** Assets of the wants that wait for this piece. */
  waitingFor(piece: number): readonly PackedAsset[] {
    const pieces = this.#pack.pieces();
    if (pieces === undefined) return [];
    const isWaiting = ({ asset, missing, chunkBytes }: Want): boolean =>
      [...missing].some((chunk) => {
        const range = chunkRange(asset, chunk, chunkBytes);
        return range !== undefined && piecesOf(range, pieces).includes(piece);
      });
    return [...this.#wants.values()].filter(isWaiting).map(({ asset }) => asset);
  }

  /** A piece has come: sends the chunks that it completes. */
  arrived(piece: number): void {
    const pieces = this.#pack.pieces();
    if (pieces === undefined) return;
    const at = { from: piece * pieces.pieceBytes, to: (piece + 1) * pieces.pieceBytes };
    for (const want of this.#wants.values()) {
      const first = Math.floor((at.from - want.asset.offset) / want.chunkBytes);
      const last = Math.floor((at.to - 1 - want.asset.offset) / want.chunkBytes);
      for (let chunk = Math.max(first, 0); chunk <= last; chunk++) {
        if (want.missing.has(chunk) && !want.leaving.has(chunk)) this.#sendIfComplete(want, chunk, pieces);
      }
    }
  }

  /** What is wanted or what can be had has changed: looks at everything again, soon and once. */
  review(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#reviewNow();
    });
  }

  #reviewNow(): void {
    const pieces = this.#pack.pieces();
    const selected = new Set<number>();
    for (const want of this.#wants.values()) {
      if (pieces === undefined) {
        // The torrent itself is still coming; who lists the pack has some of it.
        if (!this.#pack.isObtainable(0)) this.#giveUp(want.id);
        continue;
      }
      if (!this.#hasProspect(want, pieces, selected)) this.#giveUp(want.id);
    }
    if (pieces !== undefined) this.#pack.select([...selected].sort((a, b) => a - b));
  }

  #hasProspect(want: Want, pieces: Pieces, selected: Set<number>): boolean {
    for (const chunk of want.missing) {
      if (!want.leaving.has(chunk)) this.#sendIfComplete(want, chunk, pieces);
    }
    let prospect = want.leaving.size > 0;
    for (const chunk of want.missing) {
      if (want.leaving.has(chunk)) continue;
      const range = chunkRange(want.asset, chunk, want.chunkBytes);
      const lacking = piecesOf(range ?? { from: 0, to: 0 }, pieces).filter((piece) => !this.#pack.has(piece));
      for (const piece of lacking) selected.add(piece);
      prospect ||= lacking.length > 0 && lacking.every((piece) => this.#pack.isObtainable(piece));
    }
    return prospect;
  }

  #sendIfComplete(want: Want, chunk: number, pieces: Pieces): void {
    const range = chunkRange(want.asset, chunk, want.chunkBytes);
    if (range === undefined || !piecesOf(range, pieces).every((piece) => this.#pack.has(piece))) return;
    want.leaving.add(chunk);
    void this.#pack.read(range).then((bytes) => {
      want.leaving.delete(chunk);
      if (this.#wants.get(want.id) !== want) return;
      // A piece that cannot be read after all is marked missing by the store, and wanted again.
      if (bytes === undefined) return this.review();
      want.missing.delete(chunk);
      this.#pack.post({ t: 'chunk', id: want.id, chunk, bytes: bytes.buffer }, [bytes.buffer]);
      if (want.missing.size === 0) this.#remove(want);
    });
  }

  #giveUp(id: number): void {
    const want = this.#wants.get(id);
    if (want === undefined) return;
    this.#remove(want);
    this.#pack.post({ t: 'none', id });
  }

  #remove(want: Want): void {
    clearTimeout(want.timer);
    this.#wants.delete(want.id);
    this.review();
  }
}

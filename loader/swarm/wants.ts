/**
 * What the worker wants of one pack: chunks of assets, each waiting for the pieces that cover it.
 * A want ends when its last chunk is out, or when nothing of the rest can be had from anybody.
 */

import { chunkRange, piecesOf, runsOf, type ByteRange, type Pieces } from '../../policy/pack-layout.ts';
import type { HostToWorker, PackedAsset } from '../../protocol/worker-messages.ts';

/** One `want` of the worker (protocol/worker-messages.ts). */
export interface WantRequest {
  readonly id: number;
  readonly asset: PackedAsset;
  /** Where the origin has it; absent: it is wanted of peers alone. */
  readonly url?: string;
  readonly chunks: readonly number[];
  readonly chunkBytes: number;
  readonly timeoutMs: number;
}

/** The pack behind it. */
export interface WantedPack {
  /** `undefined` while the torrent opens. */
  pieces(): Pieces | undefined;
  has(piece: number): boolean;
  /** Somebody connected has the piece or may turn out to, or it can be had from the origin in turn. */
  isObtainable(piece: number): boolean;
  /** It came from the origin, not from a peer. */
  isFromOrigin(piece: number): boolean;
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

/** A message to the worker costs much whatever its size; a larger one would keep it from everything else. */
const messageBytes = 256 * 1024;

const nothing: ByteRange = { from: 0, to: 0 };

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

  /** Pieces that are wanted from wherever and not here, those of the oldest want first. */
  lacking(): readonly number[] {
    const pieces = this.#pack.pieces();
    const lacking = new Set<number>();
    if (pieces === undefined) return [];
    for (const { asset, missing, chunkBytes, url } of this.#wants.values()) {
      if (url === undefined) continue;
      for (const chunk of missing) {
        for (const piece of piecesOf(chunkRange(asset, chunk, chunkBytes) ?? nothing, pieces)) {
          if (!this.#pack.has(piece)) lacking.add(piece);
        }
      }
    }
    return [...lacking];
  }

  /** Bytes of an asset from `at` on have come from the origin, ahead of their piece. */
  ahead({ digest }: PackedAsset, at: number, bytes: Uint8Array<ArrayBuffer>): void {
    for (const want of this.#wants.values()) {
      const chunk = at / want.chunkBytes;
      if (want.asset.digest !== digest || !want.missing.has(chunk) || want.leaving.has(chunk)) continue;
      this.#send(want, chunk, chunk, bytes.slice().buffer, true);
    }
  }

  /** A piece has come: sends the chunks that it completes. */
  arrived(piece: number): void {
    const pieces = this.#pack.pieces();
    if (pieces === undefined) return;
    const at = { from: piece * pieces.pieceBytes, to: (piece + 1) * pieces.pieceBytes };
    for (const want of this.#wants.values()) {
      const first = Math.floor((at.from - want.asset.offset) / want.chunkBytes);
      const last = Math.floor((at.to - 1 - want.asset.offset) / want.chunkBytes);
      const complete: number[] = [];
      for (let chunk = Math.max(first, 0); chunk <= last; chunk++) {
        if (this.#isComplete(want, chunk, pieces)) complete.push(chunk);
      }
      for (const [from, to] of runsOf(complete)) this.#sendRun(want, from, to, pieces);
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
      // As long as the torrent itself is still coming, nothing is known.
      if (pieces !== undefined && !this.#hasProspect(want, pieces, selected)) this.#giveUp(want.id);
    }
    if (pieces !== undefined) this.#pack.select([...selected].sort((a, b) => a - b));
  }

  #hasProspect(want: Want, pieces: Pieces, selected: Set<number>): boolean {
    const complete = [...want.missing].filter((chunk) => this.#isComplete(want, chunk, pieces));
    for (const [from, to] of runsOf(complete.sort((a, b) => a - b))) this.#sendRun(want, from, to, pieces);
    let prospect = want.leaving.size > 0;
    for (const chunk of want.missing) {
      if (want.leaving.has(chunk)) continue;
      const range = chunkRange(want.asset, chunk, want.chunkBytes);
      const lacking = piecesOf(range ?? nothing, pieces).filter((piece) => !this.#pack.has(piece));
      for (const piece of lacking) selected.add(piece);
      prospect ||= lacking.length > 0 && lacking.every((piece) => this.#pack.isObtainable(piece));
    }
    return prospect;
  }

  /** Waited for, not on its way, and all of it here. */
  #isComplete(want: Want, chunk: number, pieces: Pieces): boolean {
    if (!want.missing.has(chunk) || want.leaving.has(chunk)) return false;
    const range = chunkRange(want.asset, chunk, want.chunkBytes);
    return range !== undefined && piecesOf(range, pieces).every((piece) => this.#pack.has(piece));
  }

  /** Sends chunks in a row, at most as many as fit one message. */
  #sendRun(want: Want, first: number, last: number, pieces: Pieces): void {
    const most = Math.max(1, Math.floor(messageBytes / want.chunkBytes));
    for (let from = first; from <= last; from += most) {
      void this.#readRun(want, from, Math.min(from + most - 1, last), pieces);
    }
  }

  async #readRun(want: Want, first: number, last: number, pieces: Pieces): Promise<void> {
    const from = chunkRange(want.asset, first, want.chunkBytes)?.from ?? 0;
    const to = chunkRange(want.asset, last, want.chunkBytes)?.to ?? 0;
    for (let chunk = first; chunk <= last; chunk++) want.leaving.add(chunk);
    const bytes = await this.#pack.read({ from, to });
    for (let chunk = first; chunk <= last; chunk++) want.leaving.delete(chunk);
    if (this.#wants.get(want.id) !== want) return;
    // A piece that cannot be read after all is marked missing by the store, and wanted again.
    if (bytes === undefined) return this.review();
    const isFromOrigin = piecesOf({ from, to }, pieces).some((piece) => this.#pack.isFromOrigin(piece));
    this.#send(want, first, last, bytes.buffer, isFromOrigin);
  }

  #send(want: Want, first: number, last: number, bytes: ArrayBuffer, isFromOrigin: boolean): void {
    for (let chunk = first; chunk <= last; chunk++) want.missing.delete(chunk);
    this.#pack.post({ t: 'chunk', id: want.id, chunk: first, bytes, isFromOrigin }, [bytes]);
    if (want.missing.size === 0) this.#remove(want);
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

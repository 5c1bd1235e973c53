/** HTTP as a source: asks the origin for exactly the missing chunks and cuts what comes into chunks. */

import { chunkRange, type Asset } from '../manifests/index.ts';
import { drain, OriginError } from './fetch-bounded.ts';
import { runsOf } from '../policy/range.ts';

/** Without a byte for this long, the origin counts as gone. */
const stallMs = 20_000;

/** Chunks from one asset's URL. */
export interface HttpAsk {
  readonly url: string;
  readonly asset: Asset;
  readonly chunks: readonly number[];
  readonly chunkBytes: number;
  readonly signal: AbortSignal;
  /** A whole chunk's bytes, not verified. */
  readonly onChunk: (chunk: number, bytes: Uint8Array<ArrayBuffer>) => void;
  /** Bytes that were received and belong to no asked chunk. */
  onExcess(bytes: number): void;
}

/**
 * Resolves when the origin's answers are over, rejects when it fails. Where the origin has a longer or a
 * shorter file than the signed one, an empty chunk says so: it is wrong, whichever it is.
 * Past the browser's own cache (`no-store`): what is right is kept in ours, and counted once.
 */
export async function fetchChunks(ask: HttpAsk): Promise<void> {
  const isAll = ask.chunks.length === ask.asset.chunks;
  if (isAll) return fetchRun(ask, undefined);
  // One after the other: few runs, and the origin's queue is everyone's.
  for (const run of runsOf(ask.chunks)) {
    const from = chunkRange(ask.asset, run.first, ask.chunkBytes).from;
    const { to } = chunkRange(ask.asset, run.last, ask.chunkBytes);
    await fetchRun(ask, { from, to });
  }
}

async function fetchRun(ask: HttpAsk, range: { from: number; to: number } | undefined): Promise<void> {
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), stallMs);
  const signal = AbortSignal.any([ask.signal, stall.signal]);
  try {
    const headers: Record<string, string> =
      range === undefined ? {} : { range: `bytes=${range.from}-${range.to - 1}` };
    const response = await fetch(ask.url, { headers, cache: 'no-store', credentials: 'same-origin', signal });
    const start = startOf(response, range?.from, ask.asset.entry.n);
    if (start < 0) return mismatch(ask);
    const cutter = new Cutter(ask, start);
    await drain(response, (part) => {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), stallMs);
      cutter.push(part);
    });
    cutter.end(range?.to ?? ask.asset.entry.n);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Offset of the body's first byte; a server may ignore the range (RFC 9110, section 14.2). -1: the origin
 * says that the whole has another length, so that even right bytes may be only the beginning.
 */
function startOf({ headers, status }: Response, from: number | undefined, size: number): number {
  const length = headers.get(status === 206 ? 'content-range' : 'content-length') ?? '';
  const [, first = 0, whole = size] = /^(?:bytes (\d+)-\d+\/)?(\d+)$/.exec(length) ?? [];
  if (status !== 200 && (status !== 206 || Number(first) !== from)) throw new OriginError(`${status}`);
  // What is told of compressed bytes is their own length (section 8.6).
  return Number(whole) === size || headers.has('content-encoding') ? Number(first) : -1;
}

function mismatch({ chunks: [chunk = 0], onChunk }: HttpAsk): void {
  onChunk(chunk, new Uint8Array());
}

/** Cuts a stream of bytes at chunk borders. */
class Cutter {
  readonly #ask: HttpAsk;
  readonly #wanted: ReadonlySet<number>;
  #at: number;
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  constructor(ask: HttpAsk, start: number) {
    this.#ask = ask;
    this.#wanted = new Set(ask.chunks);
    this.#at = start;
  }

  push(bytes: Uint8Array): void {
    const { asset, chunkBytes } = this.#ask;
    for (let rest = bytes; rest.length > 0;) {
      if (this.#at >= asset.entry.n) return mismatch(this.#ask);
      const chunk = Math.floor(this.#at / chunkBytes);
      const range = chunkRange(asset, chunk, chunkBytes);
      this.#buffer ??= new Uint8Array(range.to - range.from);
      const part = rest.subarray(0, range.to - this.#at);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      this.#at += part.length;
      rest = rest.subarray(part.length);
      if (this.#at === range.to) this.#emit(chunk);
    }
  }

  /** The stream has ended; it must have ended at `to`, or beyond it. */
  end(to: number): void {
    if (this.#at < to) mismatch(this.#ask);
  }

  #emit(chunk: number): void {
    const bytes = this.#buffer;
    this.#buffer = undefined;
    this.#filled = 0;
    if (bytes === undefined) return;
    if (this.#wanted.has(chunk)) this.#ask.onChunk(chunk, bytes);
    else this.#ask.onExcess(bytes.length);
  }
}

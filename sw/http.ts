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
  readonly onExcess: (bytes: number) => void;
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
  const load = async (): Promise<void> => {
    const headers: Record<string, string> =
      range === undefined ? {} : { range: `bytes=${range.from}-${range.to - 1}` };
    const response = await fetch(ask.url, { headers, cache: 'no-store', credentials: 'same-origin', signal });
    const size = ask.asset.entry.n;
    const start = startOf(response, range?.from, size);
    if (start < 0) return mismatch(ask);
    const cut = cutter(ask, start);
    let end = start;
    await drain(response, (part) => {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), stallMs);
      end = cut(part);
    });
    if (end < (range?.to ?? size)) mismatch(ask);
  };
  try {
    await Promise.race([load(), aborted(signal)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects with it, whether what runs under the signal hears it or not. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new OriginError('gone')), { once: true }),
  );
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

function mismatch({ onChunk }: HttpAsk): void {
  onChunk(0, new Uint8Array());
}

/** Cuts a stream of bytes at chunk borders; `start` is one. The answer takes a part, and says where it ends. */
function cutter(ask: HttpAsk, start: number) {
  const { asset, chunkBytes, chunks, onChunk, onExcess } = ask;
  let at = start;
  let buffer: Uint8Array<ArrayBuffer> | undefined;
  return (bytes: Uint8Array): number => {
    for (let rest = bytes; rest.length > 0;) {
      if (at >= asset.entry.n) {
        mismatch(ask);
        return at;
      }
      const chunk = Math.floor(at / chunkBytes);
      const { from, to } = chunkRange(asset, chunk, chunkBytes);
      buffer ??= new Uint8Array(to - from);
      const part = rest.subarray(0, to - at);
      buffer.set(part, at - from);
      at += part.length;
      rest = rest.subarray(part.length);
      if (at < to) continue;
      if (chunks.includes(chunk)) onChunk(chunk, buffer);
      else onExcess(buffer.length);
      buffer = undefined;
    }
    return at;
  };
}

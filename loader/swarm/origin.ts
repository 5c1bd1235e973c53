/**
 * The origin as this page asks it, when it is its turn to fetch for the swarm. The worker lets `no-store`
 * requests through to the network. What comes is checked like what peers bring.
 */

/** Without a byte for so long the origin counts as gone. */
const stallMs = 20_000;

/** A range of one asset, cut at the borders of chunks. */
export interface OriginAsk {
  readonly url: string;
  /** The asset's length. */
  readonly size: number;
  /** Both at borders of chunks; `to` may be the asset's end. */
  readonly from: number;
  readonly to: number;
  readonly chunkBytes: number;
  readonly signal: AbortSignal;
  /** Bytes from `at` on, a whole chunk. `false`: no more is wanted. */
  onChunk(at: number, bytes: Uint8Array<ArrayBuffer>): boolean;
}

/** Resolves when all has come or no more is wanted; rejects when the origin fails or sends something else. */
export async function fetchFromOrigin(ask: OriginAsk): Promise<void> {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), stallMs);
  try {
    const isWhole = ask.from === 0 && ask.to === ask.size;
    const response = await fetch(ask.url, {
      cache: 'no-store',
      credentials: 'same-origin',
      headers: isWhole ? {} : { range: `bytes=${ask.from}-${ask.to - 1}` },
      signal: AbortSignal.any([ask.signal, stop.signal]),
    });
    if (!response.ok || response.redirected || (!isWhole && response.status !== 206) || !response.body) {
      throw new Error(`the origin answered ${response.status}`);
    }
    if (!isOfSize(response, ask.size)) throw new Error('the origin has a file of another length');
    const take = cutter(ask);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), stallMs);
      if (done) throw new Error('the origin sent less than it should');
      if (take(value)) return;
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** Where the origin says that the whole has another length, even right bytes are not the file that was signed. */
function isOfSize({ headers, status }: Response, size: number): boolean {
  const said = headers.get(status === 206 ? 'content-range' : 'content-length') ?? '';
  const whole = /(\d+)$/.exec(said)?.[1];
  // What is told of compressed bytes is their own length (RFC 9110, section 8.6).
  return whole === undefined || Number(whole) === size || headers.has('content-encoding');
}

/** Cuts a body into chunks; the answer is whether that is all. */
function cutter(ask: OriginAsk) {
  const { to, chunkBytes } = ask;
  let at = ask.from;
  let buffer: Uint8Array<ArrayBuffer> | undefined;
  let filled = 0;
  return (part: Uint8Array): boolean => {
    for (let rest = part; rest.length > 0;) {
      if (at >= to) throw new Error('the origin sent more than it should');
      buffer ??= new Uint8Array(Math.min(chunkBytes, to - at));
      const piece = rest.subarray(0, buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      rest = rest.subarray(piece.length);
      if (filled < buffer.length) continue;
      const whole = buffer;
      const start = at;
      at += whole.length;
      buffer = undefined;
      filled = 0;
      if (!ask.onChunk(start, whole)) return true;
    }
    return at >= to;
  };
}

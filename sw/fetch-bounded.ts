/** Fetches a document of Shoal's own from the origin: bounded in bytes and time, never redirected. */

import { concatBytes } from '../manifests/index.ts';
import { inTime } from './deadline.ts';

/** What came, and the origin's clock (RFC 9110, section 6.6.1), NaN when it sent none. */
export interface Fetched {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly originTimeMs: number;
}

/** The origin did not deliver what was asked for: no answer, another status, too long, too short, too late. */
export class OriginError extends Error {
  /** HTTP status; 0: no answer, or no whole one. */
  readonly status: number;

  constructor(message: string, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Throws {@link OriginError}. Endless bodies are cancelled at `limitBytes`. */
export async function fetchBounded(
  url: string,
  limitBytes: number,
  timeoutMs: number,
  cache: RequestCache,
): Promise<Fetched> {
  const over = new AbortController();
  const load = async (): Promise<Fetched> => {
    const response = await fetch(url, { cache, redirect: 'error', signal: over.signal });
    if (!response.ok) throw new OriginError(`${response.status}`, response.status);
    const bytes = await readBounded(response, limitBytes);
    return { bytes, originTimeMs: Date.parse(response.headers.get('date') ?? '') };
  };
  try {
    return await inTime(load(), timeoutMs);
  } catch (error) {
    over.abort();
    if (error instanceof OriginError) throw error;
    throw new OriginError(`${url}: ${error instanceof Error ? error.message : ''}`);
  }
}

async function readBounded(response: Response, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  await drain(response, (part) => {
    length += part.length;
    if (length > limitBytes) throw new OriginError('too long', response.status);
    parts.push(part);
  });
  return concatBytes(parts);
}

/** Reads a body to its end; what `onPart` throws cancels the rest and is passed on. */
export async function drain(response: Response, onPart: (part: Uint8Array) => void): Promise<void> {
  const reader = response.body?.getReader();
  try {
    for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
      onPart(read.value);
    }
  } catch (error) {
    void reader?.cancel().catch(() => undefined);
    throw error;
  }
}

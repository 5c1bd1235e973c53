/** Fetches a document of Shoal's own from the origin: bounded in bytes and time, never redirected. */

/** What came, and the origin's clock (RFC 9110, section 6.6.1), NaN when it sent none. */
export interface Fetched {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly originTimeMs: number;
}

/** A document could not be fetched; `status` 0: no answer, a redirect, too long, too late. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly status: number;

  constructor(url: string, status: number, message: string) {
    super(`${url}: ${message}`);
    this.status = status;
  }
}

/** Throws {@link FetchError}. Endless bodies are cancelled at `limitBytes`. */
export async function fetchBounded(
  url: string,
  limitBytes: number,
  timeoutMs: number,
  cache: RequestCache,
): Promise<Fetched> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const response = await fetch(url, { cache, redirect: 'error', signal: abort.signal });
    if (!response.ok) throw new FetchError(url, response.status, `answered ${response.status}`);
    const bytes = await readBounded(response, limitBytes);
    if (bytes === undefined) throw new FetchError(url, 0, `is over ${limitBytes} bytes`);
    return { bytes, originTimeMs: Date.parse(response.headers.get('date') ?? '') };
  } catch (error) {
    if (error instanceof FetchError) throw error;
    throw new FetchError(url, 0, error instanceof Error ? error.message : 'could not be fetched');
  } finally {
    abort.abort();
    clearTimeout(timer);
  }
}

async function readBounded(
  response: Response,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    length += read.value.length;
    if (length > limitBytes) return undefined;
    parts.push(read.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

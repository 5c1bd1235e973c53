/**
 * Where verified bytes are kept: one Cache Storage cache, shared by the worker (which writes) and
 * the host page (which reads, to seed). Keyed by digest, so releases share what they have in common.
 * Nothing in it is trusted: a page script may overwrite it, so every read is verified again.
 */

export const keptCacheName = 'shoal-kept-v1';

/**
 * Parts are answered, and kept, in slices of this many bytes, aligned to it; other assets are kept whole. Small, since
 * a player waits for a whole slice after a seek, and leaves what it does not play; but never smaller than a chunk.
 */
export const sliceBytes = 128 * 1024;

/** Cache key of a whole asset. `digest`: SHA-256, 64 hex digits. */
export function keptWholeUrl(base: string, digest: string): string {
  return `${base}shoal/kept/${digest}`;
}

/** Cache key of the slice that starts at `from`, a multiple of {@link sliceBytes}. */
export function keptSliceUrl(base: string, digest: string, from: number): string {
  return `${base}shoal/kept/${digest}/${from}`;
}

/** The inverse of the two above; `undefined` for any other URL. `from` is absent for a whole asset. */
export function parseKeptUrl(
  base: string,
  pathname: string,
): { readonly digest: string; readonly from?: number } | undefined {
  const prefix = `${base}shoal/kept/`;
  if (!pathname.startsWith(prefix)) return undefined;
  const match = /^([0-9a-f]{64})(?:\/(\d{1,12}))?$/.exec(pathname.slice(prefix.length));
  if (match?.[1] === undefined) return undefined;
  return match[2] === undefined ? { digest: match[1] } : { digest: match[1], from: Number(match[2]) };
}

/** The signed documents, as exact bytes: the worker's own, and releases that a page had from peers. Verified on every read, too. */
export const documentsCacheName = 'shoal-documents-v1';

/** Cache key of a document: `head`, or `release/` and its SHA-256. */
export function documentUrl(base: string, name: string): string {
  return `${base}shoal/documents/${name}`;
}

/** Verified bytes to a response: headers from the manifest, nothing from whoever brought the bytes. */

import type { Asset } from '../manifests/index.ts';

/** The entity tag of an asset: its digest (RFC 9110, section 8.8.3). */
export function etagOf(asset: Asset): string {
  return `"${asset.entry.h}"`;
}

/**
 * 200 and 206 with `length` bytes of body (none for HEAD), 304 when the page has it already, 416 when
 * there is no such part (RFC 9110, sections 15.3.7, 15.4.5, 15.5.17).
 *
 * @param range what stands in Content-Range before the slash, for 206 and 416
 */
export function respond(
  asset: Asset,
  status: 200 | 206 | 304 | 416,
  body: BodyInit | null = null,
  length?: number,
  range?: string,
): Response {
  const headers = new Headers(asset.entry.hd);
  headers.set('content-type', asset.entry.ct);
  headers.set('x-content-type-options', 'nosniff');
  headers.set('accept-ranges', 'bytes');
  headers.set('etag', etagOf(asset));
  if (length !== undefined) headers.set('content-length', `${length}`);
  if (range !== undefined) headers.set('content-range', `bytes ${range}/${asset.entry.n}`);
  return new Response(body, { status, headers });
}

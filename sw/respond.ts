/** Verified bytes to a response: headers from the manifest, nothing from whoever brought the bytes. */

import type { Asset } from '../manifests/index.ts';

/** What is answered: everything, or a part `[from, to)`; no bytes for HEAD. */
export interface Answer {
  readonly asset: Asset;
  readonly from: number;
  readonly to: number;
  readonly isPart: boolean;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** The entity tag of an asset: its digest (RFC 9110, section 8.8.3). */
export function etagOf(asset: Asset): string {
  return `"${asset.entry.h}"`;
}

export function respond(answer: Answer): Response {
  const { asset, from, to } = answer;
  const headers = headersOf(asset);
  headers.set('content-length', String(to - from));
  if (answer.isPart) headers.set('content-range', `bytes ${from}-${to - 1}/${asset.entry.n}`);
  return new Response(answer.bytes, { status: answer.isPart ? 206 : 200, headers });
}

/** 304: the page's own conditional request named what it has. */
export function respondNotModified(asset: Asset): Response {
  return new Response(null, { status: 304, headers: headersOf(asset) });
}

/** 416 (RFC 9110, section 15.5.17). */
export function respondUnsatisfiable(asset: Asset): Response {
  const headers = headersOf(asset);
  headers.set('content-range', `bytes */${asset.entry.n}`);
  return new Response(null, { status: 416, headers });
}

function headersOf(asset: Asset): Headers {
  const headers = new Headers(asset.entry.hd);
  headers.set('content-type', asset.entry.ct);
  headers.set('x-content-type-options', 'nosniff');
  headers.set('accept-ranges', 'bytes');
  headers.set('etag', etagOf(asset));
  return headers;
}

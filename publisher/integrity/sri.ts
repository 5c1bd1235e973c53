/** Subresource Integrity (https://www.w3.org/TR/sri-2/): the release's own digests, as browsers take them. */

import { utf8, type Release } from '../../manifests/index.ts';

/** `sha256-…` of an asset. `h`: SHA-256 in base64url, as the release has it. */
export function sriOf(h: string): string {
  return `sha256-${Buffer.from(h, 'base64url').toString('base64')}`;
}

/** The file `shoal/integrity.json`: path, as in the URL, to integrity metadata. */
export function integrityMap({ assets }: Release): Uint8Array {
  const map = Object.fromEntries(Object.entries(assets).map(([path, { h }]) => [path, sriOf(h)]));
  return utf8(`${JSON.stringify(map, null, 1)}\n`);
}

/** A chunk's place, and whether its bytes are the signed ones (clause M9). */

import { equalBytes, fromBase64Url } from './bytes.ts';
import type { Asset } from './catalog.ts';
import { limits } from './limits.ts';
import { chunkDigest } from './merkle.ts';

/** Half-open byte range of the asset. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Where a chunk stands in its asset. */
export function chunkRange(asset: Asset, chunk: number, chunkBytes: number): ByteRange {
  const from = chunk * chunkBytes;
  return { from, to: Math.min(from + chunkBytes, asset.entry.n) };
}

/** The chunks that a byte range touches: `[first, last]`; the range must not be empty. */
export function chunksOfRange(range: ByteRange, chunkBytes: number): { first: number; last: number } {
  return { first: Math.floor(range.from / chunkBytes), last: Math.floor((range.to - 1) / chunkBytes) };
}

/**
 * Whether `bytes` are exactly that chunk of that asset. `layers` is the checked layers blob; an asset
 * of one chunk needs none. A wrong length is wrong bytes.
 */
export async function isChunk(
  asset: Asset,
  chunk: number,
  bytes: Uint8Array,
  chunkBytes: number,
  layers: Uint8Array | undefined,
): Promise<boolean> {
  // Chunk -1 would be judged by the digest before ours, which is another asset's (clause M9).
  if (!Number.isSafeInteger(chunk) || chunk < 0 || chunk >= asset.chunks) return false;
  const range = chunkRange(asset, chunk, chunkBytes);
  if (bytes.length !== range.to - range.from) return false;
  if (asset.chunks === 1) return isSingleChunk(asset, bytes);
  if (layers === undefined) return false;
  const at = asset.layerOffset + 32 * chunk;
  return equalBytes(await chunkDigest(bytes, chunkBytes), layers.subarray(at, at + 32));
}

/** An asset of one chunk: its root is over its own leaves only (BEP 52), or, below a leaf, its digest. */
async function isSingleChunk(asset: Asset, bytes: Uint8Array): Promise<boolean> {
  const expected = fromBase64Url(asset.entry.r ?? asset.entry.h);
  let width: number = limits.leafBytes;
  while (width < bytes.length) width *= 2;
  return expected !== undefined && equalBytes(await chunkDigest(bytes, width), expected);
}

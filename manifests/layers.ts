/**
 * The piece layers: the chunk digests of every asset of more than one chunk, concatenated in the
 * release's order. One blob beside the release, named by its own SHA-256, fetched when first needed.
 */

import type { AssetEntry } from './documents.ts';

/** Number of chunks of an asset; an empty one has none. */
export function chunkCount(asset: Pick<AssetEntry, 'n'>, chunkBytes: number): number {
  return Math.ceil(asset.n / chunkBytes);
}

/** Length of the whole blob in bytes. */
export function layersLength(assets: Iterable<Pick<AssetEntry, 'n'>>, chunkBytes: number): number {
  let length = 0;
  for (const asset of assets) length += layerLength(asset, chunkBytes);
  return length;
}

/** Where each asset's digests start in the blob, in the order of the assets. */
export function layerOffsets(assets: Iterable<Pick<AssetEntry, 'n'>>, chunkBytes: number): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const asset of assets) {
    offsets.push(at);
    at += layerLength(asset, chunkBytes);
  }
  return offsets;
}

function layerLength(asset: Pick<AssetEntry, 'n'>, chunkBytes: number): number {
  const chunks = chunkCount(asset, chunkBytes);
  return chunks > 1 ? 32 * chunks : 0;
}

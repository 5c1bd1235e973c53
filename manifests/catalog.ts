/** A verified release made ready for look-ups: URL to asset, asset to chunks. */

import { fromBase64Url } from './bytes.ts';
import { digestFrom, type AssetEntry, type Digest, type Release } from './documents.ts';
import { chunkCount, layerOffsets } from './layers.ts';

/** One asset with what is derived from it. */
export interface Asset {
  /** Position in the release, as beacons count. */
  readonly index: number;
  readonly path: string;
  readonly entry: AssetEntry;
  /** SHA-256 of the whole, hex: the key of the cache. */
  readonly digest: Digest;
  readonly chunks: number;
  /** Where its chunk digests start in the layers blob; meaningless for a single chunk. */
  readonly layerOffset: number;
}

/** A release with an index. */
export interface Catalog {
  readonly release: Release;
  readonly sha256: Digest;
  /** Exact match on path and query; the fragment is not part of a request. */
  find(pathAndSearch: string): Asset | undefined;
  readonly assets: readonly Asset[];
}

/** Builds the index. `sha256`: the release envelope's digest. */
export function catalogOf(release: Release, sha256: Digest): Catalog {
  const entries = Object.entries(release.assets);
  const offsets = layerOffsets(Object.values(release.assets), release.piece);
  const assets = entries.map(([path, entry], index): Asset => ({
    index,
    path,
    entry,
    // A parsed release has only whole digests.
    digest: digestFrom(fromBase64Url(entry.h) ?? new Uint8Array(32)),
    chunks: chunkCount(entry, release.piece),
    layerOffset: offsets[index] ?? 0,
  }));
  const byPath = new Map(assets.map((asset) => [asset.path, asset]));
  return { release, sha256, assets, find: (path) => byPath.get(path) };
}

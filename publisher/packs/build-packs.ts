/** From digested files to packs, hashing only those that are new. */

import { toBase64Url, fromBase64Url } from '../../manifests/index.ts';
import type { HashCache } from '../hash/cache.ts';
import type { FileDigests } from '../hash/digest-file.ts';
import { performAll } from '../hash/pool.ts';
import { piecesOf, type Task } from '../hash/tasks.ts';
import type { LabelledFile } from '../labels/label.ts';
import { byCodeUnits } from '../order.ts';
import { groupAssets } from './group.ts';
import { layOut, layoutKey, type PackLayout } from './layout.ts';
import { torrentOf, type Torrent } from './torrent.ts';

/** A file with its digests. */
export interface DigestedFile {
  readonly labelled: LabelledFile;
  readonly digests: FileDigests;
}

/** A content of a pack: one file stands for all of the same bytes. */
interface PackAsset {
  readonly path: string;
  readonly bytes: number;
  readonly h: string;
  readonly file: DigestedFile;
}

/** A pack with its torrent and where each content stands. */
export interface Pack {
  readonly torrent: Torrent;
  readonly layout: string;
  /** base64url of the pieces, for the cache. */
  readonly pieces: string;
  readonly bytes: number;
  readonly offsets: readonly { readonly h: string; readonly offset: number }[];
}

/** What building gave, and how many bytes had to be read for it. */
export interface BuiltPacks {
  readonly packs: readonly Pack[];
  readonly hashedBytes: number;
}

/** Packs of all shared files, in a stable order. */
export async function buildPacks(
  files: readonly DigestedFile[],
  cache: HashCache,
  onBytes: (bytes: number) => void,
): Promise<BuiltPacks> {
  const layouts = groupAssets(uniqueContents(files)).map((group) => layOut(group));
  const keyed = layouts.map((layout) => ({ layout, key: layoutKey(layout) }));
  const missing = keyed.filter(({ key }) => cache.findPack(key) === undefined);
  const hashedBytes = missing.reduce((sum, { layout }) => sum + contentBytes(layout), 0);
  const outcomes = await performAll(
    missing.map(({ layout }) => taskOf(layout)),
    hashedBytes,
    onBytes,
  );
  const fresh = new Map(outcomes.map((outcome, i) => [missing[i]?.key, toBase64Url(piecesOf(outcome))]));
  const packs = keyed.map(({ layout, key }) =>
    packOf(layout, key, cache.findPack(key) ?? fresh.get(key) ?? ''),
  );
  return { packs, hashedBytes };
}

/** The first path in order speaks for all files of the same content. */
function uniqueContents(files: readonly DigestedFile[]): PackAsset[] {
  const shared = files
    .filter(({ labelled }) => labelled.label === 'shared')
    .sort((a, b) => byCodeUnits(a.labelled.file.path, b.labelled.file.path));
  const unique = new Map<string, PackAsset>();
  for (const file of shared) {
    const { h } = file.digests;
    if (unique.has(h)) continue;
    unique.set(h, { path: file.labelled.file.path, bytes: file.labelled.file.stamp.size, h, file });
  }
  return [...unique.values()];
}

function taskOf(layout: PackLayout<PackAsset>): Task {
  const parts = layout.parts.map(({ asset, offset }) => ({
    absolute: asset.file.labelled.file.absolute,
    stamp: asset.file.labelled.file.stamp,
    offset,
  }));
  return { kind: 'pieces', parts, pieceBytes: layout.pieceBytes };
}

function packOf(layout: PackLayout<PackAsset>, key: string, pieces: string): Pack {
  return {
    torrent: torrentOf(layout.length, layout.pieceBytes, fromBase64Url(pieces) ?? new Uint8Array()),
    layout: key,
    pieces,
    bytes: layout.length,
    offsets: layout.parts.map(({ asset, offset }) => ({ h: asset.h, offset })),
  };
}

function contentBytes(layout: PackLayout<PackAsset>): number {
  return layout.parts.reduce((sum, { asset }) => sum + asset.bytes, 0);
}

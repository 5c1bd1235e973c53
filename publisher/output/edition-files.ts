/** Which files an edition consists of, in the order in which they must appear. */

import type { Edition } from '../release/seal.ts';
import type { ReleaseFiles, ReleasePaths } from '../release/history.ts';

/** A file to be there: path relative to a folder, and its bytes. */
export type FileSet = ReadonlyMap<string, Uint8Array>;

/** Torrents, layers, then the releases that name them. The head is not among them: it comes last. */
export function releaseFileSet(edition: Edition, paths: ReleasePaths): FileSet {
  const all = [...edition.previous, edition.release];
  return new Map([
    ...all.flatMap(({ torrents }) => [...torrents].map(([ih, bytes]) => [paths.torrent(ih), bytes] as const)),
    ...all.map(layersFile(paths)),
    ...all.map(({ ref, bytes }) => [paths.release(ref.sha256), bytes] as const),
  ]);
}

function layersFile(paths: ReleasePaths): (files: ReleaseFiles) => readonly [string, Uint8Array] {
  return ({ release, layers }) => [paths.layers(release.layers.sha256), layers];
}

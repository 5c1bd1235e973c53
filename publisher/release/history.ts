/**
 * What was published before: `.shoal/history/`, to be committed. From it come the head's rising
 * `seq`, the floor and the mode, and the earlier releases' documents when a build has emptied the folder.
 */

import { join } from 'node:path';
import {
  decodeEnvelope,
  limits,
  openHead,
  parseHead,
  parseRelease,
  type Head,
  type Release,
  type ReleaseRef,
  type Root,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { readIfThere } from '../read.ts';
import { sha256Of } from './content.ts';
import { headPath, layersPath, releasePath, torrentPath } from './layout.ts';

/** A release with everything that belongs to it, as exact bytes. */
export interface ReleaseFiles {
  readonly ref: ReleaseRef;
  readonly release: Release;
  readonly bytes: Uint8Array;
  readonly layers: Uint8Array;
  readonly torrents: ReadonlyMap<string, Uint8Array>;
}

/** The newest head known, and the releases that it allows and whose files are all there. */
export interface History {
  /** Our own record of the head, as it was read. */
  readonly kept?: Uint8Array;
  readonly head?: { readonly head: Head; readonly bytes: Uint8Array };
  /** The newest first. */
  readonly releases: readonly ReleaseFiles[];
}

/**
 * Reads the history, or, where it knows less (it was not committed), what is in the published folder.
 * @throws PublisherError `state` when the history is damaged.
 */
export async function readHistory(
  historyFolder: string,
  publishedFolder: string,
  root: Root,
): Promise<History> {
  const kept = await readKeptHead(historyFolder, root.site);
  const deployed = await readDeployedHead(publishedFolder, root);
  const head = (deployed?.head.seq ?? 0) > (kept?.head.seq ?? 0) ? deployed : kept;
  const record = kept === undefined ? {} : { kept: kept.bytes };
  if (head === undefined) return { releases: [] };
  const releases: ReleaseFiles[] = [];
  for (const ref of [head.head.release, ...head.head.previous]) {
    const found =
      (await readRelease(historyFolder, historyPaths, ref)) ??
      (await readRelease(publishedFolder, publishedPaths, ref));
    if (found !== undefined) releases.push(found);
  }
  return { ...record, head, releases };
}

/** Where a release's files are below a folder. */
export interface ReleasePaths {
  release(sha256: string): string;
  layers(sha256: string): string;
  torrent(infohash: string): string;
}

/** In `.shoal/history/`. */
export const historyPaths: ReleasePaths = {
  release: (sha256) => `${sha256}.json`,
  layers: (sha256) => `layers/${sha256}.bin`,
  torrent: (infohash) => `pack/${infohash}.torrent`,
};

/** In the published folder. */
export const publishedPaths: ReleasePaths = {
  release: releasePath,
  layers: layersPath,
  torrent: torrentPath,
};

/** The history's own head; its name in `.shoal/history/`. */
export const historyHeadName = 'head.json';

/** Our own record: read, not verified, so that it outlives a change of keys. */
async function readKeptHead(folder: string, site: string): Promise<History['head']> {
  const path = join(folder, historyHeadName);
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  try {
    return { head: parseHead(decodeEnvelope(bytes, path, limits.headBytes).payload, site), bytes };
  } catch (error) {
    throw new PublisherError(
      'state',
      `${path} is damaged: ${reasonOf(error)}`,
      'Restore it from your repository: it keeps visitors from being sent back to an old release.',
    );
  }
}

/**
 * Compare and swap: another run, or a pull from the repository, must not have published in between.
 * @throws PublisherError `busy`.
 */
export async function requireSameHistory(folder: string, { kept }: History): Promise<void> {
  const bytes = await readIfThere(join(folder, historyHeadName));
  if (Buffer.compare(bytes ?? new Uint8Array(), kept ?? new Uint8Array()) === 0) return;
  throw new PublisherError(
    'busy',
    `${join(folder, historyHeadName)} was changed while this run was at work: something else was published`,
    'Run this again; it goes on from there.',
  );
}

/** What is in the folder counts only if we signed it. */
async function readDeployedHead(folder: string, root: Root): Promise<History['head']> {
  const bytes = await readIfThere(join(folder, headPath));
  if (bytes === undefined) return undefined;
  try {
    return { head: await openHead(bytes, root), bytes };
  } catch {
    return undefined;
  }
}

/** A release's files, each checked against its digest; `undefined` when one is missing or wrong. */
async function readRelease(
  folder: string,
  paths: ReleasePaths,
  ref: ReleaseRef,
): Promise<ReleaseFiles | undefined> {
  const bytes = await readIfThere(join(folder, paths.release(ref.sha256)));
  if (bytes === undefined || sha256Of(bytes) !== ref.sha256) return undefined;
  const release = parseRelease(decodeEnvelope(bytes, ref.sha256, limits.releaseBytes).payload);
  const layers = await readIfThere(join(folder, paths.layers(release.layers.sha256)));
  if (layers === undefined || sha256Of(layers) !== release.layers.sha256) return undefined;
  const torrents = new Map<string, Uint8Array>();
  for (const { ih, sha256 } of release.packs) {
    const torrent = await readIfThere(join(folder, paths.torrent(ih)));
    if (torrent === undefined || sha256Of(torrent) !== sha256) return undefined;
    torrents.set(ih, torrent);
  }
  return { ref, release, bytes, layers, torrents };
}

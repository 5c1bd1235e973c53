/**
 * What was hashed before, so that an unchanged file is not read again. Lives in `.shoal/cache/`,
 * which may be deleted at any time.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { utf8 } from '../../manifests/index.ts';
import { writeAtomically } from '../output/write.ts';
import type { FoundFile } from '../walk/walk.ts';
import type { FileDigests } from './digest-file.ts';

const Entry = v.object({
  size: v.number(),
  mtimeNs: v.string(),
  ctimeNs: v.string(),
  ino: v.string(),
  h: v.string(),
  r: v.string(),
  layer: v.string(),
});
const Stored = v.object({
  version: v.literal(1),
  chunkBytes: v.number(),
  files: v.record(v.string(), Entry),
  packs: v.record(v.string(), v.string()),
});

/** Two writes within one tick of the file system's clock leave the same times behind. */
const tickMs = 50;
/** Some file systems count whole seconds, FAT even two. */
const coarseTickMs = 2_000;

/** The digests known from earlier runs. */
export interface HashCache {
  /** Digests of a file that is certainly the one that was hashed; else `undefined`. */
  find(file: FoundFile): FileDigests | undefined;
  /** The pieces of a pack of exactly this layout, base64url. */
  findPack(layout: string): string | undefined;
}

/** Reads the cache; a missing or damaged one is an empty one. */
export async function readHashCache(folder: string, chunkBytes: number): Promise<HashCache> {
  const stored = await readStored(join(folder, 'hashes.json'));
  if (stored?.chunkBytes !== chunkBytes) return { find: () => undefined, findPack: () => undefined };
  const files = new Map(Object.entries(stored.files));
  const packs = new Map(Object.entries(stored.packs));
  return {
    find: ({ absolute, stamp }) => {
      const entry = files.get(absolute);
      const isSame =
        entry?.size === stamp.size &&
        entry.mtimeNs === stamp.mtimeNs &&
        entry.ctimeNs === stamp.ctimeNs &&
        entry.ino === stamp.ino;
      return isSame ? { h: entry.h, r: entry.r, layer: entry.layer } : undefined;
    },
    findPack: (layout) => packs.get(layout),
  };
}

/** What is to be remembered. */
export interface HashCacheContent {
  readonly files: readonly { readonly file: FoundFile; readonly digests: FileDigests }[];
  readonly packs: readonly { readonly layout: string; readonly pieces: string }[];
  /** Local time at which the files were looked at, before they were read; milliseconds. */
  readonly lookedAtMs: number;
}

/** Replaces the cache; files so fresh that they might still change unseen are left out. */
export async function writeHashCache(
  folder: string,
  chunkBytes: number,
  content: HashCacheContent,
): Promise<void> {
  const files = content.files
    .filter(({ file }) => isSettled(file, content.lookedAtMs))
    .map(({ file, digests }) => [file.absolute, { ...file.stamp, ...digests }] as const);
  const stored = {
    version: 1,
    chunkBytes,
    files: Object.fromEntries(files),
    packs: Object.fromEntries(content.packs.map(({ layout, pieces }) => [layout, pieces])),
  };
  await writeAtomically(join(folder, 'hashes.json'), utf8(JSON.stringify(stored)));
}

/**
 * How long to wait until every file is old enough for a later change to show in its times. Files from
 * the future are not waited for: they are read again each time.
 */
export function settlingMs(files: readonly FoundFile[], nowMs: number): number {
  const past = files.map(({ stamp }) => lastChangeMs(stamp)).filter((changedMs) => changedMs <= nowMs);
  const newest = past.reduce((latest, changedMs) => Math.max(latest, changedMs), 0);
  // One millisecond more: timers and clocks count whole milliseconds.
  return Math.max(0, Math.ceil(newest + tickMs + 1 - nowMs));
}

function isSettled({ stamp }: FoundFile, lookedAtMs: number): boolean {
  const isCoarse = stamp.mtimeNs.endsWith('000000000') && stamp.ctimeNs.endsWith('000000000');
  return lastChangeMs(stamp) + (isCoarse ? coarseTickMs : tickMs) <= lookedAtMs;
}

function lastChangeMs(stamp: FoundFile['stamp']): number {
  return Math.max(Number(stamp.mtimeNs), Number(stamp.ctimeNs)) / 1e6;
}

async function readStored(path: string): Promise<v.InferOutput<typeof Stored> | undefined> {
  try {
    const result = v.safeParse(Stored, JSON.parse(await readFile(path, 'utf8')));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

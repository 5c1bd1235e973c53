/** Digests and packs of everything that is in the release; what is known already is not read. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { LabelledFile } from '../labels/label.ts';
import { buildPacks, type DigestedFile, type Pack } from '../packs/build-packs.ts';
import type { Progress } from '../progress.ts';
import { readHashCache, settlingMs, writeHashCache } from './cache.ts';
import { performAll } from './pool.ts';
import { digestsOf } from './tasks.ts';

/** Everything that the release needs to know of the files. */
export interface HashedSite {
  readonly files: readonly DigestedFile[];
  readonly packs: readonly Pack[];
  readonly hashedFiles: number;
  /** Bytes read in order to hash them; files of new packs are read twice. */
  readonly hashedBytes: number;
}

/**
 * Hashes with all cores. `remember: false` leaves the cache as it was.
 * @throws PublisherError `file-changed`, `io`, `limit`.
 */
export async function hashSite(
  labelled: readonly LabelledFile[],
  options: { cacheFolder: string; chunkBytes: number; progress: Progress; remember: boolean },
): Promise<HashedSite> {
  const { cacheFolder, chunkBytes, progress } = options;
  const listed = labelled.filter(({ label }) => label !== 'out');
  await sleep(
    settlingMs(
      listed.map(({ file }) => file),
      Date.now(),
    ),
  );
  const lookedAtMs = Date.now();
  const cache = await readHashCache(cacheFolder, chunkBytes);
  const unknown = listed.filter(({ file }) => cache.find(file) === undefined);
  const unknownBytes = unknown.reduce((sum, { file }) => sum + file.stamp.size, 0);

  progress.begin('hashing', unknownBytes);
  const tasks = unknown.map(({ file }) => ({ kind: 'digest', file, chunkBytes }) as const);
  const outcomes = await performAll(tasks, unknownBytes, (bytes) => progress.add(bytes));
  progress.end();
  const fresh = new Map(outcomes.map((outcome, i) => [unknown[i]?.file.path, digestsOf(outcome)]));
  const files = listed.flatMap((item): DigestedFile[] => {
    const digests = fresh.get(item.file.path) ?? cache.find(item.file);
    return digests === undefined ? [] : [{ labelled: item, digests }];
  });

  progress.begin('packing', unknownBytes);
  const { packs, hashedBytes } = await buildPacks(files, cache, (bytes) => progress.add(bytes));
  progress.end();
  if (options.remember && (unknown.length > 0 || hashedBytes > 0)) {
    await writeHashCache(cacheFolder, chunkBytes, {
      files: files.map(({ labelled: { file }, digests }) => ({ file, digests })),
      packs,
      lookedAtMs,
    });
  }
  return { files, packs, hashedFiles: unknown.length, hashedBytes: unknownBytes + hashedBytes };
}

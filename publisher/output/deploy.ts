/** Bringing a folder to what it should hold: assets and release first, the head last. */

import { readdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PublisherError, reasonOf, systemCode } from '../errors.ts';
import { readIfThere } from '../read.ts';
import { byCodeUnits } from '../order.ts';
import { isMortalFile, isOwnFile, tagPath, workerPath } from '../release/layout.ts';
import { tagMark, workerMark } from './browser-scripts.ts';
import type { FileSet } from './edition-files.ts';
import type { WriteFile } from './write.ts';

/** Writes what differs, in order; gives the paths written. Stops at the first failure. */
export async function writeFiles(folder: string, files: FileSet, write: WriteFile): Promise<string[]> {
  const written: string[] = [];
  for (const [path, bytes] of files) {
    if (await isThere(join(folder, path), bytes)) continue;
    await write(join(folder, path), bytes);
    written.push(path);
  }
  return written;
}

/** The paths of a set that differ from what is there. */
export async function differing(folder: string, files: FileSet): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, bytes] of files) if (!(await isThere(join(folder, path), bytes))) paths.push(path);
  return paths;
}

/**
 * Removes files of releases that are no longer allowed, and what an interrupted run left behind.
 * `keep`: paths relative to the published folder.
 */
export async function removeOld(publishedFolder: string, keep: ReadonlySet<string>): Promise<string[]> {
  const removed: string[] = [];
  for (const path of await filesBelow(join(publishedFolder, 'shoal'))) {
    if (!isMortalFile(path) || keep.has(`shoal/${path}`)) continue;
    await rm(join(publishedFolder, 'shoal', path), { force: true });
    removed.push(`shoal/${path}`);
  }
  for (const name of await namesIn(publishedFolder)) {
    if (/^\.shoal(?:-sw)?\.js\.[0-9a-f]{12}\.tmp$/.test(name))
      await rm(join(publishedFolder, name), { force: true });
  }
  return removed;
}

/** Removes from `.shoal/history/` what the newest head no longer allows. */
export async function removeOldHistory(historyFolder: string, keep: ReadonlySet<string>): Promise<void> {
  const mortal =
    /^(?:[0-9a-f]{64}\.json|layers\/[0-9a-f]{64}\.bin|pack\/[0-9a-f]{40}\.torrent|(?:\w+\/)?\.[^/]+\.[0-9a-f]{12}\.tmp)$/;
  for (const path of await filesBelow(historyFolder)) {
    if (mortal.test(path) && !keep.has(path)) await rm(join(historyFolder, path), { force: true });
  }
}

/** Refuses to overwrite a site's own files that happen to have our names. @throws PublisherError `exists`. */
export async function requireOwnGround(publishedFolder: string): Promise<void> {
  for (const [path, mark] of [
    [tagPath, tagMark],
    [workerPath, workerMark],
  ] as const) {
    const bytes = await readIfThere(join(publishedFolder, path));
    if (bytes !== undefined && !Buffer.from(bytes).toString('latin1').startsWith(mark)) throw taken(path);
  }
  const foreign = (await filesBelow(join(publishedFolder, 'shoal'))).find((path) => !isOwnFile(path));
  if (foreign !== undefined) throw taken(`shoal/${foreign}`);
}

function taken(path: string): PublisherError {
  return new PublisherError(
    'exists',
    `${path} is in the folder and was not written by Shoal, which needs that name`,
    'Rename it, or set `base` and publish a folder of its own.',
  );
}

async function isThere(path: string, bytes: Uint8Array): Promise<boolean> {
  const found = await readIfThere(path);
  return found !== undefined && Buffer.compare(found, bytes) === 0;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new PublisherError(
      'io',
      `${folder} cannot be listed: ${reasonOf(error)}`,
      'Check its permissions.',
    );
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort(byCodeUnits);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new PublisherError(
      'io',
      `${folder} cannot be listed: ${reasonOf(error)}`,
      'Check its permissions.',
    );
  }
}

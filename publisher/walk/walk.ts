/** The files of a folder, in an order that is the same on every machine. */

import type { BigIntStats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { configFileName } from '../config/load.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { byCodeUnits } from '../order.ts';

/** One regular file as it was found. */
export interface FoundFile {
  /** Relative to the folder, with `/`, as it is called on disk. */
  readonly path: string;
  readonly absolute: string;
  readonly stamp: FileStamp;
}

/** What shows that a file is still the one that was read. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly ino: string;
}

/** What was found, and what was passed over without a look. */
export interface Walk {
  readonly files: readonly FoundFile[];
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Walks a folder. Names that start with a dot, `ignore` globs and Shoal's own output are passed over.
 * @throws PublisherError `walk`: a link that leaves the folder or runs in circles, a pipe, socket or
 * device, a name that is not UTF-8; `io`: something cannot be read.
 */
export async function walk(folder: string, ignore: readonly string[]): Promise<Walk> {
  const root = await realFolder(folder);
  const isIgnored = ignore.length === 0 ? () => false : picomatch([...ignore], { dot: true });
  const files: FoundFile[] = [];
  const ignored: { path: string; reason: string }[] = [];

  async function enter(directory: string, prefix: string, above: readonly string[]): Promise<void> {
    for (const name of await namesIn(directory)) {
      const path = prefix + name;
      const reason = reasonToIgnore(path, name, isIgnored);
      if (reason === undefined) await look(join(directory, name), path, above);
      else ignored.push({ path, reason });
    }
  }

  async function look(absolute: string, path: string, above: readonly string[]): Promise<void> {
    const target = await targetOf(absolute, path, root);
    const stats = await statOf(target, path);
    if (stats.isFile()) files.push({ path, absolute: target, stamp: stampOf(stats) });
    else if (!stats.isDirectory()) throw notAFile(path);
    else if (above.includes(target)) {
      throw new PublisherError(
        'walk',
        `${path} links to a folder that contains it`,
        'Remove the link, or list it in `ignore`.',
      );
    } else await enter(target, `${path}/`, [...above, target]);
  }

  await enter(root, '', [root]);
  return { files: files.sort((a, b) => byCodeUnits(a.path, b.path)), ignored };
}

/** The stamp of a file as it is now. */
export function stampOf(stats: BigIntStats): FileStamp {
  return {
    size: Number(stats.size),
    mtimeNs: String(stats.mtimeNs),
    ctimeNs: String(stats.ctimeNs),
    ino: String(stats.ino),
  };
}

/** Whether a path of the published folder is one of Shoal's own files. */
function isOwnOutput(path: string): boolean {
  return path === 'shoal.js' || path === 'shoal-sw.js' || path === 'shoal' || path.startsWith('shoal/');
}

function reasonToIgnore(
  path: string,
  name: string,
  isIgnored: (path: string) => boolean,
): string | undefined {
  if (isOwnOutput(path)) return 'written by shoal';
  if (path === configFileName) return 'the configuration of shoal';
  if (name.startsWith('.')) return 'name starts with a dot';
  if (isIgnored(path)) return 'ignored by the config';
  return undefined;
}

async function realFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw new PublisherError(
      'io',
      `${folder} cannot be opened: ${reasonOf(error)}`,
      'Give the folder that your site is built into.',
    );
  }
  throw new PublisherError(
    'usage',
    `${folder} is not a folder`,
    'Give the folder that your site is built into.',
  );
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort(byCodeUnits);
  } catch (error) {
    throw new PublisherError(
      'io',
      `${directory} cannot be listed: ${reasonOf(error)}`,
      'Check its permissions.',
    );
  }
}

/** Follows a link, but never out of the folder: it might lead to what nobody meant to publish. */
async function targetOf(absolute: string, path: string, root: string): Promise<string> {
  if (path.includes('\u{fffd}')) {
    throw new PublisherError(
      'walk',
      `${path} has a name that is not UTF-8`,
      'Rename it, or list it in `ignore`.',
    );
  }
  try {
    if (!(await lstat(absolute)).isSymbolicLink()) return absolute;
    const target = await realpath(absolute);
    const inside = relative(root, target);
    if (inside !== '..' && !inside.startsWith(`..${sep}`)) return target;
    throw new PublisherError(
      'walk',
      `${path} is a link out of the folder, to ${target}`,
      'Copy the file into the folder, or list the link in `ignore`.',
    );
  } catch (error) {
    if (error instanceof PublisherError) throw error;
    throw new PublisherError(
      'walk',
      `${path} cannot be followed: ${reasonOf(error)}`,
      'Mend or remove the link, or list it in `ignore`.',
    );
  }
}

async function statOf(absolute: string, path: string): Promise<BigIntStats> {
  try {
    return await stat(absolute, { bigint: true });
  } catch (error) {
    throw new PublisherError('io', `${path} cannot be read: ${reasonOf(error)}`, 'Check its permissions.');
  }
}

function notAFile(path: string): PublisherError {
  return new PublisherError(
    'walk',
    `${path} is a pipe, a socket or a device, not a file`,
    'Remove it, or list it in `ignore`.',
  );
}

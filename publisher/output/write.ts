/** Writing so that a reader sees the old file or the new one, never a part. */

import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PublisherError, reasonOf } from '../errors.ts';

/** How files are written; tests put one in that fails in the middle. */
export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

/**
 * Writes beside the file, flushes to disk, renames. Folders are made as needed.
 * `mode`: permission bits of the new file. @throws PublisherError `io`.
 */
export async function writeAtomically(path: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new PublisherError(
      'io',
      `${path} cannot be written: ${reasonOf(error)}`,
      'Check free space and permissions.',
    );
  }
}

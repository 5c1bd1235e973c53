/** Reading a file that may be missing. */

import { readFile } from 'node:fs/promises';
import { PublisherError, reasonOf, systemCode } from './errors.ts';

/** The file's bytes; `undefined` when there is none. @throws PublisherError `io`. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw new PublisherError('io', `${path} cannot be read: ${reasonOf(error)}`, 'Check its permissions.');
  }
}

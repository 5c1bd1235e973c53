/** Reading a file whole, in blocks, while making sure that it does not change underneath. */

import { open, type FileHandle } from 'node:fs/promises';
import { PublisherError, reasonOf } from '../errors.ts';
import { stampOf, type FileStamp } from '../walk/walk.ts';

/** A file to read, and what it looked like when it was found. */
export interface ReadableFile {
  readonly absolute: string;
  readonly stamp: FileStamp;
}

/**
 * The file's bytes in blocks of exactly `blockBytes`, the last one shorter. Each block is a view of
 * one buffer that the next block overwrites.
 * @throws PublisherError `file-changed` when it is not the file that was found, `io`.
 */
export async function* readBlocks(file: ReadableFile, blockBytes: number): AsyncGenerator<Uint8Array> {
  const handle = await openFile(file.absolute);
  try {
    await requireUnchanged(handle, file);
    const block = new Uint8Array(Math.min(blockBytes, Math.max(1, file.stamp.size)));
    for (let at = 0; at < file.stamp.size; at += block.length) {
      yield await readBlock(handle, file, block, at);
    }
    await requireUnchanged(handle, file);
  } finally {
    await handle.close();
  }
}

async function openFile(absolute: string): Promise<FileHandle> {
  try {
    return await open(absolute, 'r');
  } catch (error) {
    throw new PublisherError(
      'io',
      `${absolute} cannot be opened: ${reasonOf(error)}`,
      'Check its permissions.',
    );
  }
}

async function readBlock(
  handle: FileHandle,
  file: ReadableFile,
  block: Uint8Array,
  at: number,
): Promise<Uint8Array> {
  const wanted = Math.min(block.length, file.stamp.size - at);
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await handle.read(block, filled, wanted - filled, at + filled);
    if (bytesRead === 0) throw changed(file);
    filled += bytesRead;
  }
  return block.subarray(0, wanted);
}

async function requireUnchanged(handle: FileHandle, file: ReadableFile): Promise<void> {
  const now = stampOf(await handle.stat({ bigint: true }));
  const { size, mtimeNs, ctimeNs, ino } = file.stamp;
  if (now.size !== size || now.mtimeNs !== mtimeNs || now.ctimeNs !== ctimeNs || now.ino !== ino)
    throw changed(file);
}

function changed(file: ReadableFile): PublisherError {
  return new PublisherError(
    'file-changed',
    `${file.absolute} changed while it was read`,
    'Publish when the build has finished writing.',
  );
}

/** All digests of one file, in one pass and a few MiB of memory. */

import { createHash } from 'node:crypto';
import {
  chunkDigest,
  concatBytes,
  limits,
  rootOfChunks,
  toBase64Url,
  treeOf,
} from '../../manifests/index.ts';
import { readBlocks, type ReadableFile } from './read-file.ts';

/** Digests as the release spells them: base64url. */
export interface FileDigests {
  /** SHA-256 of the whole. */
  readonly h: string;
  /** BEP 52 pieces root; empty when the file is no larger than a leaf. */
  readonly r: string;
  /** Chunk digests, 32 bytes each, base64url; empty when there is only one chunk. */
  readonly layer: string;
}

const blockBytes = 2 * 1024 * 1024;

/** Reads and digests a file. `onBytes` is told how many bytes were done. */
export async function digestFile(
  file: ReadableFile,
  chunkBytes: number,
  onBytes: (bytes: number) => void,
): Promise<FileDigests> {
  const whole = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let root: Uint8Array | undefined;
  for await (const block of readBlocks(file, blockBytes)) {
    whole.update(block);
    if (file.stamp.size > chunkBytes) chunks.push(...(await chunkDigests(block, chunkBytes)));
    else root = (await treeOf(block, chunkBytes)).root;
    onBytes(block.length);
  }
  if (chunks.length > 0) root = await rootOfChunks(chunks, chunkBytes);
  return {
    h: toBase64Url(whole.digest()),
    r: root === undefined || file.stamp.size <= limits.leafBytes ? '' : toBase64Url(root),
    layer: toBase64Url(concatBytes(chunks)),
  };
}

function chunkDigests(block: Uint8Array, chunkBytes: number): Promise<Uint8Array[]> {
  const digests: Promise<Uint8Array>[] = [];
  for (let at = 0; at < block.length; at += chunkBytes) {
    digests.push(chunkDigest(block.subarray(at, at + chunkBytes), chunkBytes));
  }
  return Promise.all(digests);
}

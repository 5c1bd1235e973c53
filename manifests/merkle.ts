/**
 * The hash tree of BEP 52 (https://www.bittorrent.org/beps/bep_0052.html): SHA-256 over leaves of
 * 16 KiB, padded with zero hashes to a power of two. A chunk's digest is the node above its leaves.
 */

import { concatBytes, sha256 } from './bytes.ts';
import { limits } from './limits.ts';

const zero = new Uint8Array(32);

/** The digest of one chunk, 32 bytes: the root over its leaves, padded up to `chunkBytes`. */
export async function chunkDigest(bytes: Uint8Array, chunkBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const leaves: Promise<Uint8Array>[] = [];
  for (let at = 0; at < bytes.length; at += limits.leafBytes) {
    leaves.push(sha256(bytes.subarray(at, at + limits.leafBytes)));
  }
  return rootOf(await Promise.all(leaves), chunkBytes / limits.leafBytes, zero);
}

/**
 * The root of a whole asset from its chunk digests (BEP 52 "pieces root"), 32 bytes. Missing chunks
 * up to the next power of two count as chunks of zero leaves.
 */
export async function rootOfChunks(
  digests: readonly Uint8Array[],
  chunkBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let pad: Uint8Array<ArrayBuffer> = zero;
  for (let leaves = chunkBytes / limits.leafBytes; leaves > 1; leaves /= 2) pad = await pair(pad, pad);
  return rootOf(digests, powerOfTwoFrom(digests.length), pad);
}

/**
 * Every digest of an asset: of its chunks, and the root. An asset of at most one chunk has a tree
 * no wider than its own leaves (BEP 52: such files have no piece layer).
 */
export async function treeOf(
  bytes: Uint8Array,
  chunkBytes: number,
): Promise<{ readonly chunks: readonly Uint8Array[]; readonly root: Uint8Array }> {
  if (bytes.length <= chunkBytes) {
    const leaves = Math.max(1, Math.ceil(bytes.length / limits.leafBytes));
    const root = await chunkDigest(bytes, powerOfTwoFrom(leaves) * limits.leafBytes);
    return { chunks: [root], root };
  }
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(await chunkDigest(bytes.subarray(at, at + chunkBytes), chunkBytes));
  }
  return { chunks, root: await rootOfChunks(chunks, chunkBytes) };
}

async function rootOf(
  nodes: readonly Uint8Array[],
  width: number,
  pad: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  let level: Uint8Array[] = [...nodes];
  let padding = pad;
  for (let remaining = width; remaining > 1; remaining /= 2) {
    if (level.length % 2 === 1) level.push(padding);
    const next: Promise<Uint8Array>[] = [];
    for (let i = 0; i < level.length; i += 2) next.push(pair(level[i] ?? padding, level[i + 1] ?? padding));
    level = await Promise.all(next);
    padding = await pair(padding, padding);
  }
  return new Uint8Array(level[0] ?? padding);
}

async function pair(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return sha256(concatBytes([left, right]));
}

function powerOfTwoFrom(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunkDigest, rootOfChunks, toHex, treeOf } from '../../manifests/index.ts';
import { noise } from './fixture.ts';

/*
 * BEP 52 once more, as its text says it and as slowly as it may be: blocks of 16 KiB are hashed, the row is
 * filled up with zero hashes to a power of two, and each node is the SHA-256 of its two halves.
 */

const blockBytes = 16 * 1024;

function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const state = createHash('sha256');
  for (const part of parts) state.update(part);
  return state.digest();
}

/** The hashes of a file's blocks and the zeros behind them; as many as the next power of two. */
function leavesOf(file: Uint8Array): readonly Uint8Array[] {
  const blocks = Math.max(1, Math.ceil(file.length / blockBytes));
  const width = 2 ** Math.ceil(Math.log2(blocks));
  return Array.from({ length: width }, (_, i) => {
    const block = file.subarray(i * blockBytes, (i + 1) * blockBytes);
    return block.length === 0 ? new Uint8Array(32) : hash(block);
  });
}

function nodeOver(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return only;
  const half = leaves.length / 2;
  return hash(nodeOver(leaves.slice(0, half)), nodeOver(leaves.slice(half)));
}

const piecesRoot = (file: Uint8Array): string => toHex(nodeOver(leavesOf(file)));

/** The nodes that cover one piece each, those that lie wholly behind the file's end left out. */
function pieceLayer(file: Uint8Array, pieceBytes: number): readonly string[] {
  const leaves = leavesOf(file);
  const each = pieceBytes / blockBytes;
  const layer: string[] = [];
  for (let at = 0; at * blockBytes < file.length; at += each)
    layer.push(toHex(nodeOver(leaves.slice(at, at + each))));
  return layer;
}

const mebibyte = 1024 * 1024;
const sizes = [
  0,
  1,
  16_383,
  16_384,
  16_385,
  32_768,
  65_535,
  65_536,
  65_537,
  100_000,
  5 * 65_536,
  mebibyte - 1,
  mebibyte,
  mebibyte + 1,
];

describe('the tree of an asset', () => {
  it.each(sizes)('of %i bytes has the root and the piece layer of BEP 52 [E2]', async (size) => {
    const file = noise(size);
    for (const chunkBytes of [16_384, 65_536, 262_144]) {
      const { chunks, root } = await treeOf(file, chunkBytes);
      expect(toHex(root)).toBe(piecesRoot(file));
      const layer = size <= chunkBytes ? [piecesRoot(file)] : pieceLayer(file, chunkBytes);
      expect(chunks.map(toHex)).toEqual(layer);
    }
  });

  it('has the same root whatever its chunks are [E2]', async () => {
    const file = noise(5 * 65_536 + 1);
    const roots = await Promise.all(
      [16_384, 32_768, 65_536, 131_072, 1_048_576].map(async (chunkBytes) =>
        toHex((await treeOf(file, chunkBytes)).root),
      ),
    );
    expect(new Set(roots)).toEqual(new Set([piecesRoot(file)]));
  });

  it('of one block at most is the digest itself', async () => {
    for (const size of [1, 16_383, 16_384]) {
      const file = noise(size);
      expect(toHex((await treeOf(file, 65_536)).root)).toBe(toHex(hash(file)));
    }
  });

  it("is rebuilt from its chunks' digests alone [E3]", async () => {
    for (const chunks of [2, 3, 4, 5, 7, 8, 9]) {
      const file = noise(chunks * 32_768 - 1, String(chunks));
      const tree = await treeOf(file, 32_768);
      expect(tree.chunks).toHaveLength(chunks);
      expect(toHex(await rootOfChunks(tree.chunks, 32_768))).toBe(piecesRoot(file));
      expect(toHex(await rootOfChunks(tree.chunks.toReversed(), 32_768))).not.toBe(piecesRoot(file));
      expect(toHex(await rootOfChunks(tree.chunks.slice(1), 32_768))).not.toBe(piecesRoot(file));
    }
  });

  it('changes with each bit and with the length', async () => {
    const file = noise(40_000);
    const root = piecesRoot(file);
    for (const at of [0, 16_383, 16_384, 39_999]) {
      const changed = new Uint8Array(file);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(toHex((await treeOf(changed, 65_536)).root)).not.toBe(root);
    }
    expect(toHex((await treeOf(file.subarray(1), 65_536)).root)).not.toBe(root);
    const padded = new Uint8Array(40_001);
    padded.set(file);
    expect(toHex((await treeOf(padded, 65_536)).root)).not.toBe(root);
  });
});

describe('the digest of a chunk', () => {
  it('is over all leaves that a whole chunk has, zeros for those that it has not', async () => {
    const file = noise(20_000);
    const zero = new Uint8Array(32);
    const [one, two] = [file.subarray(0, blockBytes), file.subarray(blockBytes)];
    const expected = hash(hash(hash(one), hash(two)), hash(zero, zero));
    expect(toHex(await chunkDigest(file, 65_536))).toBe(toHex(expected));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRange,
  chunkRange,
  coversRange,
  pieceCount,
  pieceRange,
  piecesOf,
  runsOf,
  segmentsOf,
  type ByteRange,
} from '../../policy/pack-layout.ts';
import type { PackedAsset } from '../../protocol/worker-messages.ts';

const digest = '0'.repeat(64);

describe('a chunk of an asset', () => {
  const asset: PackedAsset = { digest, size: 150, offset: 1_000 };

  it('stands where the asset stands in the pack, the last one shorter', () => {
    expect(chunkRange(asset, 0, 64)).toEqual({ from: 1_000, to: 1_064 });
    expect(chunkRange(asset, 2, 64)).toEqual({ from: 1_128, to: 1_150 });
  });

  it('does not exist beyond the end, before the start, or between', () => {
    for (const chunk of [3, -1, 0.5, NaN]) expect(chunkRange(asset, chunk, 64)).toBeUndefined();
    expect(chunkRange({ ...asset, size: 0 }, 0, 64)).toBeUndefined();
  });
});

describe('pieces', () => {
  it('cover exactly the pack, and a range touches those that it overlaps', () => {
    const anyCase = fc.record({
      length: fc.integer({ min: 1, max: 5_000 }),
      pieceBytes: fc.integer({ min: 1, max: 700 }),
      from: fc.nat(5_000),
      size: fc.nat(3_000),
    });
    fc.assert(
      fc.property(anyCase, ({ length, pieceBytes, from, size }) => {
        const pieces = { length, pieceBytes };
        const range = { from: Math.min(from, length), to: Math.min(from + size, length) };
        const touched = piecesOf(range, pieces);
        for (let piece = 0; piece < pieceCount(pieces); piece++) {
          const at = pieceRange(piece, pieces);
          const overlaps = at.from < range.to && at.to > range.from && range.to > range.from;
          expect(touched.includes(piece)).toBe(overlaps);
        }
        expect(pieceRange(pieceCount(pieces) - 1, pieces).to).toBe(length);
      }),
    );
  });

  it('are cut into the assets that stand in them', () => {
    const assets: PackedAsset[] = [
      { digest: 'a', size: 10, offset: 0 },
      { digest: 'b', size: 5, offset: 10 },
      { digest: 'empty', size: 0, offset: 15 },
      { digest: 'c', size: 100, offset: 64 },
    ];
    const cut = (from: number, to: number): unknown =>
      segmentsOf({ from, to }, assets).map((segment) => [segment.asset.digest, segment.from, segment.to]);
    expect(cut(0, 64)).toEqual([
      ['a', 0, 10],
      ['b', 0, 5],
    ]);
    expect(cut(8, 12)).toEqual([
      ['a', 8, 10],
      ['b', 0, 2],
    ]);
    expect(cut(15, 64)).toEqual([]);
    expect(cut(128, 192)).toEqual([['c', 64, 100]]);
  });
});

describe('kept ranges', () => {
  it('cover exactly the bytes that were added, however they overlap', () => {
    const range = fc
      .tuple(fc.nat(60), fc.nat(20))
      .map(([from, size]): ByteRange => ({ from, to: from + size }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), range, (added, asked) => {
        const bytes = new Set(
          added.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)),
        );
        const ranges = added.reduce<readonly ByteRange[]>(addRange, []);
        const isCovered = Array.from({ length: asked.to - asked.from }, (_, i) => asked.from + i).every(
          (byte) => bytes.has(byte),
        );
        expect(coversRange(ranges, asked)).toBe(isCovered);
      }),
    );
  });
});

describe('runs', () => {
  it('join what follows each other', () => {
    expect(runsOf([1, 2, 3, 7, 9, 10])).toEqual([
      [1, 3],
      [7, 7],
      [9, 10],
    ]);
    expect(runsOf([])).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupAssets, type Groupable } from '../../publisher/packs/group.ts';
import { layOut, pieceBytesFor } from '../../publisher/packs/layout.ts';
import { infohashOf, torrentOf } from '../../publisher/packs/torrent.ts';

const MiB = 1024 * 1024;

const asset = fc.record({
  path: fc
    .tuple(
      fc.constantFrom('a', 'b', 'assets', 'tiles'),
      fc.stringMatching(/^[a-z]{1,12}$/),
      fc.constantFrom('js', 'png'),
    )
    .map(([folder, name, extension]) => `${folder}/${name}.${extension}`),
  bytes: fc.oneof(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 6 * MiB })),
});
const assets = fc.uniqueArray(asset, { selector: ({ path }) => path, maxLength: 400 });

function groupOf(groups: readonly Groupable[][], path: string): string {
  return names(groups.find((group) => group.some((item) => item.path === path)) ?? []);
}

function names(group: readonly Groupable[]): string {
  return group.map(({ path }) => path).join(' ');
}

describe('grouping', () => {
  test('loses nothing, doubles nothing, and keeps every pack within its limits', () => {
    fc.assert(
      fc.property(assets, (all) => {
        const groups = groupAssets(all);
        expect(
          groups
            .flat()
            .map(({ path }) => path)
            .sort(),
        ).toEqual(all.map(({ path }) => path).sort());
        for (const group of groups) {
          expect(group.length).toBeGreaterThan(0);
          expect(group.length).toBeLessThanOrEqual(128);
          const bytes = group.reduce((sum, item) => sum + item.bytes, 0);
          const isLarge = group.some((item) => item.bytes >= 2 * MiB);
          expect(isLarge ? group.length === 1 : bytes <= 8 * MiB).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('does not depend on the order in which the files are found', () => {
    fc.assert(
      fc.property(assets, (all) => {
        const sorted = (groups: Groupable[][]): string[] => groups.map(names).sort();
        expect(sorted(groupAssets([...all].reverse()))).toEqual(sorted(groupAssets(all)));
      }),
      { numRuns: 50 },
    );
  });

  test('moves no other file when one grows within the same power of two', () => {
    fc.assert(
      fc.property(assets, fc.nat(), (all, pick) => {
        const target = all[pick % Math.max(1, all.length)];
        if (target === undefined || target.bytes < 2) return;
        const power = 2 ** Math.ceil(Math.log2(target.bytes));
        const grown = all.map((item) => (item === target ? { ...item, bytes: power } : item));
        if (power >= 2 * MiB && target.bytes < 2 * MiB) return;
        expect(groupAssets(grown).map(names).sort()).toEqual(groupAssets(all).map(names).sort());
      }),
      { numRuns: 100 },
    );
  });

  test('moves few files when one is added or a fingerprint changes', () => {
    const all = Array.from({ length: 900 }, (_, i) => ({
      path: `${['css', 'img', 'js', 'tiles'][i % 4]}/file${i}.${(0xa1b2c3d4 + i).toString(16)}.js`,
      bytes: 5_000 + ((i * 7_919) % 90_000),
    }));
    const before = groupAssets(all);
    const renamed = all.map((item, i) =>
      i === 450 ? { ...item, path: item.path.replace(/\.[0-9a-f]{8}\./, '.ffff0000.') } : item,
    );
    const after = groupAssets(renamed);
    expect(after.filter((group) => !before.map(names).includes(names(group)))).toHaveLength(1);
    const added = groupAssets([...all, { path: 'img/another.js', bytes: 20_000 }]);
    expect(added.filter((group) => !before.map(names).includes(names(group))).length).toBeLessThanOrEqual(2);
    expect(groupOf(added, 'img/another.js')).toContain('img/');
  });

  test('makes packs of a few MiB out of many small files, and prefers one top folder', () => {
    const all = Array.from({ length: 2_000 }, (_, i) => ({
      path: `${i % 2 === 0 ? 'left' : 'right'}/${i}.png`,
      bytes: 30_000,
    }));
    const groups = groupAssets(all);
    const mean = (2_000 * 30_000) / groups.length;
    expect(mean).toBeGreaterThan(MiB);
    expect(mean).toBeLessThan(8 * MiB);
    const mixed = groups.filter((group) => new Set(group.map(({ path }) => path.split('/')[0])).size > 1);
    expect(mixed).toEqual([]);
  });
});

describe('a layout', () => {
  test('aligns what is as large as a piece, overlaps nothing, ends with its last asset', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 60 }),
        (sizes) => {
          const { parts, length, pieceBytes } = layOut(sizes.map((bytes) => ({ bytes })));
          let end = 0;
          for (const { asset: part, offset } of parts) {
            expect(offset).toBeGreaterThanOrEqual(end);
            expect(offset - end).toBeLessThan(pieceBytes);
            expect(part.bytes >= pieceBytes ? offset % pieceBytes : offset - end).toBe(0);
            end = offset + part.bytes;
          }
          expect(length).toBe(end);
        },
      ),
    );
  });

  test('has larger pieces in larger packs', () => {
    expect([1, 8 * MiB, 8 * MiB + 1, 256 * MiB, 256 * MiB + 1].map(pieceBytesFor)).toEqual([
      65_536, 65_536, 262_144, 262_144, 1_048_576,
    ]);
  });
});

test('a torrent depends on bytes alone and gives its infohash away only when it is ours', () => {
  const torrent = torrentOf(5, 65_536, new Uint8Array(20).fill(7));
  expect(Buffer.from(torrent.bytes).toString('latin1')).toBe(
    `d4:infod6:lengthi5e4:name5:shoal12:piece lengthi65536e6:pieces20:${'\u0007'.repeat(20)}ee`,
  );
  expect(infohashOf(torrent.bytes)).toBe(torrent.ih);
  expect(infohashOf(Buffer.from('d8:announce0:4:infodee'))).toBeUndefined();
});

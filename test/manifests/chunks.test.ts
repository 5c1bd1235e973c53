import { describe, expect, it } from 'vitest';
import {
  type Asset,
  catalogOf,
  checkLayers,
  chunkCount,
  chunkDigest,
  chunkRange,
  chunksOfRange,
  concatBytes,
  equalBytes,
  isChunk,
  layerOffsets,
  layersLength,
  parseRelease,
  payloadOf,
  sha256,
  sha256Hex,
  toBase64Url,
  treeOf,
} from '../../manifests/index.ts';
import { digest, flipBit, type Json, noise, releaseJson, site, verdictOf } from './fixture.ts';

const chunkBytes = 32_768;

interface Published {
  readonly assets: readonly { readonly asset: Asset; readonly file: Uint8Array }[];
  readonly layers: Uint8Array;
}

/** What a publisher does: digests of files, and the layers of those of more than one chunk. */
async function publish(sizes: readonly number[]): Promise<Published> {
  const files = sizes.map((size, i) => noise(size, `file ${i}`));
  const trees = await Promise.all(files.map((file) => treeOf(file, chunkBytes)));
  const entries = await Promise.all(
    files.map(async (file, i): Promise<[string, Json]> => {
      const root = toBase64Url(trees[i]?.root ?? new Uint8Array(0));
      return [`/${i}`, { n: file.length, h: toBase64Url(await sha256(file)), r: root, ct: '' }];
    }),
  );
  const layers = concatBytes(trees.flatMap(({ chunks }) => (chunks.length > 1 ? chunks : [])));
  const json = releaseJson(
    { piece: chunkBytes, layers: { sha256: await sha256Hex(layers), len: layers.length } },
    Object.fromEntries(entries),
  );
  const catalog = catalogOf(parseRelease(payloadOf(json), site), digest('ab'.repeat(32)));
  const assets = catalog.assets.map((asset, i) => ({ asset, file: files[i] ?? new Uint8Array(0) }));
  return { assets, layers: await checkLayers(layers, catalog.release.layers) };
}

function cut(file: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil(file.length / chunkBytes);
  return Array.from({ length: count }, (_, i) => file.subarray(i * chunkBytes, (i + 1) * chunkBytes));
}

const sizes = [0, 1, 16_384, 16_385, 32_768, 32_769, 65_536, 5 * 32_768 + 7, 3 * 32_768];

describe('a chunk', () => {
  it('is right at its own place only, in its own asset only [E1]', async () => {
    const { assets, layers } = await publish(sizes);
    const pieces = assets.flatMap(({ file }, owner) => cut(file).map((bytes, at) => ({ owner, at, bytes })));
    for (const [index, { asset }] of assets.entries()) {
      for (let chunk = 0; chunk <= asset.chunks; chunk++) {
        for (const { owner, at, bytes } of pieces) {
          const right = await isChunk(asset, chunk, bytes, chunkBytes, layers);
          expect({ index, chunk, owner, at, right }).toEqual({
            index,
            chunk,
            owner,
            at,
            right: owner === index && at === chunk,
          });
        }
      }
    }
  });

  it('with a bit turned is wrong, at the first, a middle and the last byte of each [E5]', async () => {
    const { assets, layers } = await publish([16_385, 5 * 32_768 + 7]);
    for (const { asset, file } of assets) {
      for (const [chunk, bytes] of cut(file).entries()) {
        for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
          expect(await isChunk(asset, chunk, flipBit(bytes, at * 8 + 3), chunkBytes, layers)).toBe(false);
        }
      }
    }
  });

  it('of another length is wrong: one byte more, one less, none, padded with zeros [E6]', async () => {
    const { assets, layers } = await publish([1, 20_000, 32_768, 100_000]);
    for (const { asset, file } of assets) {
      for (const [chunk, bytes] of cut(file).entries()) {
        const more = concatBytes([bytes, Uint8Array.of(0)]);
        const padded = concatBytes([bytes, new Uint8Array(chunkBytes)]);
        const wrong = [
          more,
          bytes.subarray(1),
          bytes.subarray(0, -1),
          new Uint8Array(0),
          padded,
          padded.subarray(0, chunkBytes),
        ];
        for (const other of wrong.filter((one) => one.length !== bytes.length)) {
          expect(await isChunk(asset, chunk, other, chunkBytes, layers)).toBe(false);
        }
      }
    }
  });

  it('cannot be the node above its leaves, which has the very same digest [E4]', async () => {
    const { assets, layers } = await publish([65_536]);
    const { asset, file } = assets[0] ?? { asset: undefined, file: new Uint8Array(0) };
    if (asset === undefined) throw new TypeError('nothing was published');
    const [first] = cut(file);
    const leaves = concatBytes([
      await sha256(file.subarray(0, 16_384)),
      await sha256(file.subarray(16_384, 32_768)),
    ]);
    expect(equalBytes(await sha256(leaves), await chunkDigest(first ?? leaves, chunkBytes))).toBe(true);
    expect(await isChunk(asset, 0, leaves, chunkBytes, layers)).toBe(false);
    const asRoot = concatBytes([layers.subarray(0, 32), layers.subarray(32, 64)]);
    expect(await isChunk(asset, 0, asRoot, chunkBytes, layers)).toBe(false);
  });

  it("that does not exist is never right, not even with the bytes that stand before the asset's own", async () => {
    const { assets, layers } = await publish([65_536, 65_536]);
    const [before, after] = assets;
    if (before === undefined || after === undefined) throw new TypeError('nothing was published');
    const last = cut(before.file)[1] ?? new Uint8Array(0);
    expect(await isChunk(before.asset, 1, last, chunkBytes, layers)).toBe(true);
    for (const chunk of [-1, 2, 0.5, Number.NaN, Infinity, -Infinity]) {
      expect(await isChunk(after.asset, chunk, last, chunkBytes, layers)).toBe(false);
    }
  });

  it('of several cannot be judged without the layers, of one it can', async () => {
    const { assets } = await publish([32_768, 32_769]);
    const [one, several] = assets;
    if (one === undefined || several === undefined) throw new TypeError('nothing was published');
    expect(await isChunk(one.asset, 0, one.file, chunkBytes, undefined)).toBe(true);
    expect(await isChunk(several.asset, 0, several.file.subarray(0, chunkBytes), chunkBytes, undefined)).toBe(
      false,
    );
  });

  it('is no part of an empty asset [E8]', async () => {
    const { assets, layers } = await publish([0]);
    const [empty] = assets;
    if (empty === undefined) throw new TypeError('nothing was published');
    expect(empty.asset.chunks).toBe(0);
    expect(await isChunk(empty.asset, 0, new Uint8Array(0), chunkBytes, layers)).toBe(false);
  });
});

describe('the layers blob', () => {
  it('is refused when altered, reordered, truncated or extended [E3]', async () => {
    const { layers } = await publish([65_536, 5 * 32_768]);
    const expected = { sha256: await sha256Hex(layers), len: layers.length };
    const verdict = (bytes: Uint8Array) => verdictOf(() => checkLayers(bytes, expected));
    const swapped = concatBytes([layers.subarray(32, 64), layers.subarray(0, 32), layers.subarray(64)]);
    expect(await verdict(layers)).toBe('taken');
    expect(await verdict(flipBit(layers, 0))).toBe('wrong-digest');
    expect(await verdict(flipBit(layers, layers.length * 8 - 1))).toBe('wrong-digest');
    expect(await verdict(swapped)).toBe('wrong-digest');
    expect(await verdict(layers.subarray(0, -32))).toBe('wrong-length');
    expect(await verdict(concatBytes([layers, new Uint8Array(32)]))).toBe('wrong-length');
    expect(await verdict(new Uint8Array(0))).toBe('wrong-length');
  });

  it('holds 32 bytes for each chunk of each asset that has more than one', () => {
    const assets = sizes.map((n) => ({ n }));
    expect(assets.map((asset) => chunkCount(asset, chunkBytes))).toEqual([0, 1, 1, 1, 1, 2, 2, 6, 3]);
    expect(layersLength(assets, chunkBytes)).toBe(32 * (2 + 2 + 6 + 3));
    expect(layerOffsets(assets, chunkBytes).slice(5)).toEqual([0, 64, 128, 320]);
  });
});

describe('chunks and byte ranges', () => {
  it('cover the asset without gap or overlap, and the last one ends with it', async () => {
    const { assets } = await publish(sizes);
    for (const { asset } of assets) {
      let at = 0;
      for (let chunk = 0; chunk < asset.chunks; chunk++) {
        const { from, to } = chunkRange(asset, chunk, chunkBytes);
        expect(from).toBe(at);
        expect(to).toBeGreaterThan(from);
        at = to;
      }
      expect(at).toBe(asset.entry.n);
    }
  });

  it.each([
    { from: 0, to: 1, first: 0, last: 0 },
    { from: 0, to: 32_768, first: 0, last: 0 },
    { from: 0, to: 32_769, first: 0, last: 1 },
    { from: 32_767, to: 32_769, first: 0, last: 1 },
    { from: 32_768, to: 32_769, first: 1, last: 1 },
    { from: 70_000, to: 200_000, first: 2, last: 6 },
  ])('bytes $from to $to touch chunks $first to $last [E15]', ({ from, to, first, last }) => {
    expect(chunksOfRange({ from, to }, chunkBytes)).toEqual({ first, last });
  });
});

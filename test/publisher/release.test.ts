import { createHash } from 'node:crypto';
import { readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import parseTorrent from 'parse-torrent';
import { describe, expect, test } from 'vitest';
import { limits, treeOf, toBase64Url } from '../../manifests/index.ts';
import {
  at,
  files,
  opened,
  matching,
  noise,
  otherMachine,
  project,
  publishProject,
  readTree,
  writeTree,
} from './fixture.ts';

describe('a release', () => {
  test('verifies from root to every byte of every asset', async () => {
    const made = await project(files);
    await publishProject(made, { at });
    const { head, release } = await opened(made.dist);
    expect(head).toMatchObject({
      floor: 0,
      mode: 'on',
      previous: [],
      freshUntil: '2026-12-20T20:00:00.000Z',
    });
    expect(head.seq).toBe(Date.parse(at));
    expect(Object.keys(release.assets)).toEqual([
      '/assets/app.4f3a9c1b.js',
      '/assets/style.css',
      '/data/cities.json',
      '/empty.txt',
      '/media/film.mp4',
    ]);
    const layers: Uint8Array[] = [];
    for (const [path, entry] of Object.entries(release.assets)) {
      const bytes = await readFile(join(made.dist, path));
      expect(entry.n).toBe(bytes.length);
      expect(entry.h).toBe(createHash('sha256').update(bytes).digest('base64url'));
      const tree = await treeOf(bytes, release.piece);
      expect(entry.r).toBe(bytes.length > limits.leafBytes ? toBase64Url(tree.root) : undefined);
      if (tree.chunks.length > 1) layers.push(...tree.chunks);
    }
    expect(await readFile(join(made.dist, `shoal/layers/${release.layers.sha256}.bin`))).toEqual(
      Buffer.concat(layers),
    );
    expect(release.assets['/assets/app.4f3a9c1b.js']).toMatchObject({
      im: true,
      ct: 'text/javascript; charset=utf-8',
    });
    expect(release.assets['/empty.txt']?.p).toBeUndefined();
  });

  test('names torrents that a stock parser reads, with the same infohash, and whose pieces are the assets', async () => {
    const made = await project(files);
    await publishProject(made);
    const { release } = await opened(made.dist);
    expect(release.packs.length).toBe(2);
    for (const [index, pack] of release.packs.entries()) {
      const bytes = await readFile(join(made.dist, `shoal/pack/${pack.ih}.torrent`));
      const torrent = await parseTorrent(bytes);
      expect(torrent).toMatchObject({ infoHash: pack.ih, name: 'shoal', pieceLength: 65_536 });
      expect(torrent.files).toHaveLength(1);
      const content = Buffer.alloc(torrent.length);
      for (const [path, { p, o = 0, n }] of Object.entries(release.assets)) {
        if (p !== index) continue;
        expect(n < torrent.pieceLength || o % torrent.pieceLength === 0).toBe(true);
        content.set(await readFile(join(made.dist, path)), o);
      }
      const pieces = torrent.pieces.map((_, i) =>
        createHash('sha1')
          .update(content.subarray(i * 65_536, (i + 1) * 65_536))
          .digest('hex'),
      );
      expect(torrent.pieces).toEqual(pieces);
    }
  });

  test('holds identical content once', async () => {
    const made = await project({ 'a.bin': noise(100_000, 3), 'b/c.bin': noise(100_000, 3) });
    await publishProject(made);
    const { release } = await opened(made.dist);
    const [a, b] = Object.values(release.assets);
    expect({ p: a?.p, o: a?.o }).toEqual({ p: b?.p, o: b?.o });
    const torrent = await parseTorrent(
      await readFile(join(made.dist, `shoal/pack/${release.packs[0]?.ih}.torrent`)),
    );
    expect(torrent.length).toBe(100_000);
  });

  test('[M1] is the same bytes on another machine: other order of creation, other times, other folder, other zone', async () => {
    const first = await project(files);
    const second = await otherMachine(first);
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    await writeTree(second.dist, reversed);
    for (const [i, path] of Object.keys(files).entries()) {
      await utimes(join(second.dist, path), 1_000_000 * i, 1_000_000 * i);
    }
    await publishProject(first, { at });
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Auckland';
    process.env['SOURCE_DATE_EPOCH'] = String(Date.parse(at) / 1000);
    try {
      await publishProject(second);
    } finally {
      delete process.env['SOURCE_DATE_EPOCH'];
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
    expect(await readTree(second.dist)).toEqual(await readTree(first.dist));
    expect(await readTree(join(second.folder, '.shoal/history'))).toEqual(
      await readTree(join(first.folder, '.shoal/history')),
    );
  });

  test('puts settings and keys in front of the two scripts', async () => {
    const made = await project(files, { cacheLimitBytes: 1234, swarm: { links: 5 } });
    await publishProject(made);
    const worker = await readFile(join(made.dist, 'shoal-sw.js'), 'utf8');
    const tag = await readFile(join(made.dist, 'shoal.js'), 'utf8');
    const settings: unknown = JSON.parse(/^self\.__SHOAL_WORKER__ = (.*);\n/.exec(worker)?.[1] ?? '');
    expect(settings).toEqual({
      site: 'https://example.com',
      base: '/',
      root: await readFile(join(made.dist, 'shoal/root/1.json'), 'utf8'),
      floor: 0,
      cacheLimitBytes: 1234,
    });
    expect(JSON.parse(/^globalThis\.__SHOAL_TAG__ = (.*);\n/.exec(tag)?.[1] ?? '')).toMatchObject({
      links: 5,
      hub: '/hub/',
      worker: '/shoal-sw.js',
      engine: matching(/^\/shoal\/engine-[0-9a-f]{16}\.js$/),
      swarmId: matching(/^[0-9a-f]{40}$/),
    });
  });
});

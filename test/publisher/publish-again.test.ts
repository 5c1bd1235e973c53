import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { at, files, opened, noise, project, publishProject, readTree, writeTree } from './fixture.ts';

describe('publishing again', () => {
  test('with nothing changed hashes nothing, writes nothing and says so', async () => {
    const made = await project(files);
    await publishProject(made);
    const before = await readTree(made.folder);
    const report = await publishProject(made);
    expect(report).toMatchObject({ status: 'unchanged', hashedFiles: 0, hashedBytes: 0, written: [] });
    expect(await readTree(made.folder)).toEqual(before);
  });

  test('in another mode signs only a new head, and stays in that mode until told otherwise', async () => {
    const made = await project(files);
    await publishProject(made);
    const before = await opened(made.dist);
    expect(before.head.mode).toBe('on');
    expect(await publishProject(made, { mode: 'uninstall' })).toMatchObject({ status: 'renewed' });
    const after = await opened(made.dist);
    expect(after.head).toMatchObject({ mode: 'uninstall', release: before.head.release });
    expect(await publishProject(made)).toMatchObject({ status: 'unchanged' });
    await writeFile(join(made.dist, 'assets/style.css'), 'body { color: tan }');
    await publishProject(made);
    expect((await opened(made.dist)).head.mode).toBe('uninstall');
    await publishProject(made, { mode: 'on' });
    expect((await opened(made.dist)).head.mode).toBe('on');
  });

  test('notices a change of the same length and with the old time put back', async () => {
    const made = await project(files);
    await publishProject(made);
    const path = join(made.dist, 'assets/style.css');
    await writeFile(path, 'body { color: tan }');
    await utimes(path, new Date(at), new Date(at));
    const report = await publishProject(made);
    expect(report).toMatchObject({ status: 'published', hashedFiles: 1 });
  });

  test('with one file changed keeps the infohash of every other pack', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 120 }, (_, i) => [`tiles/${i % 7}/${i}.png`, noise(60_000 + 900 * i, i)]),
    );
    const made = await project({ ...many, ...files });
    await publishProject(made);
    const before = (await opened(made.dist)).release;
    await writeFile(join(made.dist, 'tiles/3/10.png'), noise(70_123, 999));
    const report = await publishProject(made);
    const after = (await opened(made.dist)).release;
    const changed = after.packs.filter(({ ih }) => !before.packs.some((pack) => pack.ih === ih));
    expect(after.packs.length).toBeGreaterThan(4);
    expect(changed).toHaveLength(1);
    expect(after.assets['/tiles/3/10.png']?.p).toBe(after.packs.findIndex(({ ih }) => ih === changed[0]?.ih));
    expect(report.packs).toEqual({ total: after.packs.length, kept: after.packs.length - 1, added: 1 });
    expect(report.hashedFiles).toBe(1);
  });

  test('raises seq and version, keeps the floor, and allows the last three releases', async () => {
    const made = await project(files);
    const refs: string[] = [];
    for (let i = 0; i < 5; i++) {
      await writeFile(join(made.dist, 'data/cities.json'), `{"a":${i}}`);
      refs.unshift((await publishProject(made, { at })).release.sha256);
    }
    const { head, release } = await opened(made.dist);
    expect(head.previous.map(({ sha256 }) => sha256)).toEqual(refs.slice(1, 4));
    expect(release.v).toBe(Date.parse(at) + 4);
    expect(head.seq).toBe(Date.parse(at) + 4);
    const kept = [...(await readTree(join(made.dist, 'shoal/release'))).keys()];
    expect(kept.sort()).toEqual(
      refs
        .slice(0, 4)
        .map((sha256) => `${sha256}.json`)
        .sort(),
    );
  });

  test('into an emptied folder brings back the earlier releases with all their files', async () => {
    const made = await project(files);
    await publishProject(made);
    const first = await readTree(join(made.dist, 'shoal'));
    await rm(made.dist, { recursive: true });
    await writeTree(made.dist, { ...files, 'assets/style.css': 'body { color: blue }' });
    await publishProject(made);
    const second = await readTree(join(made.dist, 'shoal'));
    first.delete('head.json');
    for (const [path, bytes] of first) expect(second.get(path)).toEqual(bytes);
    expect((await opened(made.dist)).head.previous).toHaveLength(1);
  });

  test('renews the head, and not the release, when its date is running out', async () => {
    const made = await project(files);
    const first = await publishProject(made, { at: '2026-10-01T00:00:00Z' });
    const second = await publishProject(made, { at: '2026-10-20T00:00:00Z' });
    expect(second.status).toBe('renewed');
    expect(second.release).toEqual(first.release);
    expect((await opened(made.dist)).head.freshUntil).toBe('2026-11-19T00:00:00.000Z');
  });

  test('with --dry-run says what it would write and writes nothing', async () => {
    const made = await project(files);
    const before = await readTree(made.folder);
    const report = await publishProject(made, { dryRun: true, inject: true });
    expect(report.status).toBe('published');
    expect(report.written.at(-1)).toBe('shoal/head.json');
    expect(await readTree(made.folder)).toEqual(before);
  });
});

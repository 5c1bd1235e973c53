import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { writeAtomically } from '../../publisher/output/write.ts';
import { shoal, bundle } from '../support/shoal-cli.ts';
import { testFolder } from '../support/tmp.ts';
import { containing, files, noise, opened, project, publishProject, readTree, writeTree } from './fixture.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('[M6] two who publish at once', () => {
  test('[M6] as processes: one wins, the others end with an error, and what is there is whole', async () => {
    const folder = await testFolder();
    await writeTree(join(folder, 'dist'), { 'a.js': 'a()', 'b.bin': noise(3_000_000, 1) });
    await shoal(bundle, folder, 'init', '--site', 'https://example.com');
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => shoal(bundle, folder, 'publish', 'dist', '--json')),
    );
    const won = runs.filter(({ code }) => code === 0);
    const lost = runs.filter(({ code }) => code !== 0);
    expect(won.length).toBeGreaterThan(0);
    for (const { code, out, err } of lost) {
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err).toMatch(/another run of shoal is at work on this site/);
    }
    // Who came after the first had ended found nothing left to do.
    expect(won.filter(({ out }) => out.includes('"status": "published"'))).toHaveLength(1);
    await opened(join(folder, 'dist'));
    expect((await shoal(bundle, folder, 'verify', 'dist')).code).toBe(0);
    expect([...(await readTree(folder)).keys()].filter((path) => /\.tmp$|lock/.test(path))).toEqual([]);
  });

  test('[M6] in one process: the second is refused while the first is at work, and goes on from it afterwards', async () => {
    const made = await project(files);
    const outcomes = await Promise.allSettled([publishProject(made), publishProject(made)]);
    const reasons = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    expect(reasons).toEqual([expect.objectContaining({ code: 'busy', hint: containing('run this again') })]);
    expect(await publishProject(made)).toMatchObject({ status: 'unchanged' });
  });

  test('[M6] on two machines: who finds that the record has changed meanwhile writes nothing', async () => {
    const made = await project(files);
    await publishProject(made);
    const record = join(made.folder, '.shoal/history/head.json');
    const before = await readFile(record);
    await writeFile(join(made.dist, 'data/cities.json'), '{"by":"other"}');
    await publishProject(made);
    const other = await readFile(record);
    await writeFile(record, before);
    await writeFile(join(made.dist, 'data/cities.json'), '{"by":"us"}');
    const seen = await readTree(join(made.dist, 'shoal'));
    const release = made.dist;
    const late = publishProject(made, {
      // The other machine's record arrives while this run hashes.
      progress: { begin: () => void writeFile(record, other), add: () => {}, end: () => {} },
    });
    await expect(late).rejects.toMatchObject({
      code: 'busy',
      message: containing('something else was published'),
    });
    expect(await readTree(join(release, 'shoal'))).toEqual(seen);
    expect(await publishProject(made)).toMatchObject({ status: 'published' });
  });

  test('[M6] a run that was killed does not keep others out', async () => {
    const made = await project(files);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const lock = join(made.folder, '.shoal/lock');
    const holder = { pid: child.pid, host: hostname(), since: new Date().toISOString() };
    await writeAtomically(lock, Buffer.from(JSON.stringify(holder)));
    expect(await publishProject(made)).toMatchObject({ status: 'published' });
    // Of another machine nobody knows whether it is still at work.
    await writeAtomically(lock, Buffer.from(JSON.stringify({ ...holder, host: 'elsewhere' })));
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'busy',
      message: containing('elsewhere'),
    });
    await rm(lock);
    expect(await publishProject(made)).toMatchObject({ status: 'unchanged' });
  });
});

import { execFile } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isControlPath, sha256, toBase64Url } from '../../manifests/index.ts';
import { createSite } from '../../publisher/index.ts';
import { bundle, shoal } from '../support/shoal-cli.ts';
import { testFolder } from '../support/tmp.ts';
import { containing, files, noise, opened, project, publishProject, writeTree } from './fixture.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Names that somebody has had, and what a browser asks for. */
const odd: Readonly<Record<string, string>> = {
  'deep/er/und/noch/tiefer/x.txt': '/deep/er/und/noch/tiefer/x.txt',
  'what?.txt': '/what%3F.txt',
  'no#fragment.txt': '/no%23fragment.txt',
  'two  spaces.txt': '/two%20%20spaces.txt',
  'a+b;c=d&e,f@g!.txt': '/a+b;c=d&e,f@g!.txt',
  '100%.txt': '/100%25.txt',
  'a%2Fb.txt': '/a%252Fb.txt',
  'grüße/日本語.txt': '/gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC%E8%AA%9E.txt',
  'UPPER.TXT': '/UPPER.TXT',
  'upper.txt': '/upper.txt',
  'quote\'"`.txt': "/quote'%22%60.txt",
  '[x]{y}|z^.txt': '/[x]%7By%7D|z%5E.txt',
};

describe('[D10] names', () => {
  test.each(['/', '/below/here/'])('[D10] come back as they went, served below %s', async (base) => {
    const made = await project(Object.fromEntries(Object.keys(odd).map((name) => [name, `I am ${name}`])), {
      base,
    });
    await publishProject(made);
    const site = await createSite({ dir: made.dist, base }).listen();
    onTestFinished(() => site.close());
    const { release } = await opened(made.dist);
    const found = Object.entries(release.assets);
    const urls = found.map(([path]) => path.slice(base.length - 1)).sort();
    expect(urls).toEqual(Object.values(odd).sort());
    for (const [path, entry] of found) {
      const response = await fetch(site.origin + path);
      expect(response.status, path).toBe(200);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(toBase64Url(await sha256(bytes)), path).toBe(entry.h);
    }
  });
});

test('[D9] no file that Shoal lives by is ever an asset, whatever the rules say', async () => {
  const share = { include: ['**'], rules: [{ match: '**', share: true }] };
  for (const base of ['/', '/app/']) {
    const made = await project(files, { share, base });
    await publishProject(made);
    await writeFile(join(made.dist, 'shoal/disable'), 'off');
    await publishProject(made);
    const { release, head } = await opened(made.dist);
    const paths = Object.keys(release.assets);
    for (const own of [
      'shoal.js',
      'shoal-sw.js',
      'shoal/head.json',
      'shoal/root/1.json',
      `shoal/release/${head.release.sha256}.json`,
      'shoal/disable',
    ]) {
      expect(paths).not.toContain(base + own);
    }
    expect(paths.filter((path) => isControlPath(path, base))).toEqual([]);
    expect(paths).toHaveLength(Object.keys(files).length);
  }
});

test('[M1] a name that another system would read as a folder is left to plain HTTP', async () => {
  const made = await project({ 'back\\slash.txt': 'x', 'a.txt': 'y' });
  await publishProject(made);
  expect(Object.keys((await opened(made.dist)).release.assets)).toEqual(['/a.txt']);
});

test('[D4] two names that look the same are two assets, with a warning', async () => {
  const made = await project({ 'caf\u00e9.txt': 'one', 'cafe\u0301.txt': 'two', 'tea.txt': 'three' });
  const { warnings } = await publishProject(made);
  expect(warnings).toEqual([containing('Unicode NFC and NFD')]);
  expect(Object.keys((await opened(made.dist)).release.assets)).toHaveLength(3);
});

test('[D11] a link out of the folder, a pipe and a file that changes end the command with an error', async () => {
  const folder = await testFolder();
  const dist = join(folder, 'dist');
  await writeTree(dist, { 'a.js': 'a()', 'index.html': '<html></html>' });
  await shoal(bundle, folder, 'init', '--site', 'https://example.com');
  await symlink('/etc/passwd', join(dist, 'link.txt'));
  expect(await shoal(bundle, folder, 'publish', 'dist')).toMatchObject({
    code: 3,
    err: containing('link.txt is a link out of the folder'),
  });
  await rm(join(dist, 'link.txt'));
  await promisify(execFile)('mkfifo', [join(dist, 'pipe')]);
  expect(await shoal(bundle, folder, 'publish', 'dist')).toMatchObject({
    code: 3,
    err: containing('pipe is a pipe'),
  });
});

test('[D11] a file that changes while it is read is not published half', async () => {
  const made = await project({ 'big.bin': noise(3_000_000, 1) });
  const path = join(made.dist, 'big.bin');
  const changing = publishProject(made, {
    progress: { begin: () => void writeFile(path, noise(3_000_001, 2)), add: () => {}, end: () => {} },
  });
  await expect(changing).rejects.toMatchObject({ code: 'file-changed', message: containing('big.bin') });
});

test('[M8] a site of 100,000 files is told the limit, and what to do, before anything is read', async () => {
  const made = await project({});
  for (let folder = 0; folder < 1_000; folder++) {
    const path = join(made.dist, String(folder));
    await mkdir(path, { recursive: true });
    await Promise.all(Array.from({ length: 100 }, (_, file) => writeFile(join(path, `${file}.txt`), '')));
  }
  const started = performance.now();
  await expect(publishProject(made)).rejects.toMatchObject({
    code: 'limit',
    message: containing('100000 assets; the format allows 50000'),
    hint: containing('share.include'),
  });
  expect(performance.now() - started).toBeLessThan(30_000);
}, 120_000);

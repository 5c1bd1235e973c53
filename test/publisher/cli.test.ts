import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { bundle, shoal, shoalWith, source, start } from '../support/shoal-cli.ts';
import { testFolder } from '../support/tmp.ts';
import { noise, opened, readTree, writeTree } from './fixture.ts';

// Each of these starts several processes, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 60_000 });

/** Waits until a process has written something that matches, and gives what it wrote. */
function output(child: ChildProcess, form: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      if (form.test(text)) resolve(text);
    });
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
}

async function folderWithSite(): Promise<string> {
  const folder = await testFolder();
  await writeTree(join(folder, 'dist'), {
    'index.html': '<html><head></head></html>',
    'a.js': 'a()',
    'b.png': noise(70_000, 1),
  });
  return folder;
}

describe('the command line', () => {
  test.each([
    ['from source', source],
    ['as shipped', bundle],
  ])('%s sets a site up, publishes with threads, verifies, finds what was changed', async (_, entry) => {
    const folder = await folderWithSite();
    await writeTree(join(folder, 'dist'), {
      'big/1.bin': noise(9_000_000, 2),
      'big/2.bin': noise(9_000_000, 3),
    });
    const init = await shoal(entry, folder, 'init', '--site', 'https://example.com/');
    expect(init).toMatchObject({ code: 0, err: '' });
    expect(init.out).toMatch(/Root fingerprint: (?:[0-9a-f]{4} ){15}[0-9a-f]{4}\n/);
    expect(init.out).toMatch(/Never commit: {2}\.shoal\/keys\//);

    const published = await shoal(entry, folder, 'publish', 'dist', '--inject', '--json');
    expect(published).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(published.out)).toMatchObject({
      status: 'published',
      injected: ['index.html'],
      hashedFiles: 4,
    });
    expect((await opened(join(folder, 'dist'))).release.packs).toHaveLength(3);
    expect((await shoal(entry, folder, 'publish', 'dist')).out).toContain('Nothing changed');
    expect((await shoal(entry, folder, 'verify', 'dist')).code).toBe(0);

    await writeFile(join(folder, 'dist/a.js'), 'b()');
    const verified = await shoal(entry, folder, 'verify', 'dist');
    expect(verified.code).toBe(1);
    expect(verified.out).toContain('WRONG   /a.js has other bytes than were signed');
    const old = join(
      folder,
      'dist/shoal/release',
      `${(await opened(join(folder, 'dist'))).head.release.sha256}.json`,
    );
    const before = await readFile(old);
    await writeFile(join(folder, 'old.json'), before);
    await shoal(entry, folder, 'publish', 'dist');
    const compared = await shoal(entry, folder, 'diff', 'old.json', 'dist');
    expect(compared.code).toBe(1);
    expect(compared.out).toContain('a returning visitor fetches 3 B (3 B)');
  });

  test.each([
    [['publish', 'dist'], 2, 'Run `shoal init` first'],
    [['publish'], 2, "missing required argument 'dir'"],
    [['pubish', 'dist'], 2, 'Did you mean publish?'],
    [['init'], 2, 'Give --site https://example.com'],
    [['init', '--site', 'example.com'], 2, 'is not an origin'],
    [['serve', 'dist', '--port', '99999'], 2, 'not a whole number'],
    [['verify', 'nowhere'], 3, 'Give a published folder or a URL'],
    [['verify', 'dist/a.js'], 2, 'is not a folder'],
    [['diff', 'nowhere', 'dist'], 3, 'there is no nowhere'],
  ])('called as shoal %j ends with %i and says what to do', async (args, code, text) => {
    const run = await shoal(source, await folderWithSite(), ...args);
    expect(run.code).toBe(code);
    expect(run.err).toContain(text);
    expect(run.err).not.toContain('fault in Shoal');
  });

  test('[M1] makes the same bytes whatever language and time zone the machine has', async () => {
    const folder = await folderWithSite();
    await writeTree(join(folder, 'dist'), {
      'Irmak.txt': 'I',
      'irmak.txt': 'i',
      'ı.txt': 'ı',
      'ä.txt': 'ä',
      'z.txt': 'z',
    });
    await shoal(bundle, folder, 'init', '--site', 'https://example.com');
    const trees: Map<string, Buffer>[] = [];
    for (const [LC_ALL, TZ] of [
      ['C', 'UTC'],
      ['tr_TR.UTF-8', 'Pacific/Auckland'],
      ['sv_SE.UTF-8', 'America/St_Johns'],
    ] as const) {
      const copy = join(await testFolder(), LC_ALL);
      await cp(folder, copy, { recursive: true });
      const run = await shoalWith(
        { LC_ALL, LANG: LC_ALL, TZ },
        bundle,
        copy,
        'publish',
        'dist',
        '--at',
        '2026-11-20T20:00:00Z',
      );
      expect(run).toMatchObject({ code: 0 });
      trees.push(await readTree(join(copy, 'dist')));
    }
    expect(trees[1]).toEqual(trees[0]);
    expect(trees[2]).toEqual(trees[0]);
  });

  test('ends with 4 when a key is missing', async () => {
    const folder = await folderWithSite();
    await shoal(source, folder, 'init', '--site', 'https://example.com');
    const config: unknown = JSON.parse(await readFile(join(folder, 'shoal.config.json'), 'utf8'));
    await writeFile(
      join(folder, 'shoal.config.json'),
      JSON.stringify({ ...Object(config), keys: { head: 'nowhere.json' } }),
    );
    const run = await shoal(source, folder, 'publish', 'dist');
    expect(run).toMatchObject({ code: 4, out: '' });
    expect(run.err).toContain('the head key');
  });

  test('explains itself with --help and --version', async () => {
    const folder = await testFolder();
    const { out } = await shoal(source, folder, '--help');
    for (const command of ['init', 'publish', 'verify', 'diff', 'serve', 'hub', 'Exit codes'])
      expect(out).toContain(command);
    expect((await shoal(source, folder, 'publish', '--help')).out).toContain('--inject');
    expect((await shoal(source, folder, '--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    ['serve', ['serve', 'dist', '--port', '0'], 'SIGINT'],
    ['hub', ['hub', '--port', '0', '--dir', 'dist'], 'SIGTERM'],
  ] as const)('%s answers until it is told to stop, and stops cleanly', async (_, args, signal) => {
    const folder = await folderWithSite();
    await shoal(source, folder, 'init', '--site', 'https://example.com');
    await shoal(source, folder, 'publish', 'dist');
    const child = start(source, folder, args);
    const text = await output(child, /Stop with/);
    const dashboard = /Dashboard {2}(\S+)/.exec(text)?.[1] ?? '';
    expect((await fetch(dashboard)).status).toBe(200);
    expect((await fetch(new URL('../health', dashboard))).status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

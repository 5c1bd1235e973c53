/** Rotated keys, and an old release that comes back, as a visitor's browser takes them. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { expect, it, vi } from 'vitest';
import { decodeEnvelope, limits, parseHead, type Head, type Role } from '../../manifests/index.ts';
import { publish, revoke, rollback } from '../../publisher/index.ts';
import { changeRoot } from '../../publisher/keys/change-root.ts';
import { newKey } from '../../publisher/keys/key-file.ts';
import { onlyKeyOf } from '../../publisher/keys/root-change.ts';
import type { Visitor } from '../support/browser.ts';
import { inEachBrowser, siteForSuite, type Stage } from '../support/stage.ts';
import { failuresOf } from '../support/visits.ts';

const script = (version: string): string => `document.documentElement.lang = '${version}';\n`;
const files = {
  'index.html':
    '<!doctype html><title>keys</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>' +
    '<script src="/version.js" defer></script>',
  'version.js': script('v1'),
};

const placesOf = ({ site }: Stage) => ({ dir: site.dir, config: join(site.folder, 'shoal.config.json') });

async function headOf({ site }: Stage): Promise<Head> {
  const bytes = await readFile(join(site.dir, 'shoal/head.json'));
  return parseHead(decodeEnvelope(bytes, 'head', limits.headBytes).payload, site.origin);
}

async function rotate(stage: Stage, role: Role): Promise<void> {
  const key = await newKey(role);
  const passphrases = (): Promise<string> => Promise.resolve('');
  await changeRoot({ config: placesOf(stage).config, passphrases }, (root) => ({
    change: { kind: 'replace', role, old: onlyKeyOf(root, role), key },
    made: { key },
  }));
}

function versionOf(page: Page): Promise<string> {
  return page.evaluate(() => document.documentElement.lang);
}

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind, visitsLast: 'suite' });
  let visitor: Visitor;

  /** Which version the same visitor is shown now, and what their page was told of. */
  async function shown(): Promise<{ version: string; failures: string[] }> {
    const { page } = await stage.visits.again(visitor);
    const version = await versionOf(page);
    const failures = await failuresOf(page);
    await page.close();
    return { version, failures };
  }

  it('a visitor follows new keys of every role, and goes on with what they have', async () => {
    ({ visitor } = await stage.visits.fresh());
    const asked = () => stage.site.served().filter(({ path }) => path === '/version.js');
    await vi.waitFor(
      async () => {
        stage.site.forget();
        await shown();
        expect(asked(), 'what they have seen is kept').toEqual([]);
      },
      { timeout: 20_000 },
    );
    await rotate(stage, 'root');
    await rotate(stage, 'release');
    await rotate(stage, 'head');
    stage.site.forget();
    await stage.site.release({});
    expect(await headOf(stage)).toMatchObject({ root: 4 });
    expect(await shown()).toEqual({ version: 'v1', failures: [] });
    const roots = stage.site
      .served()
      .filter(({ path, status }) => status === 200 && path.startsWith('/shoal/root/'));
    expect(roots.map(({ path }) => path.slice('/shoal/root/'.length))).toEqual([
      '2.json',
      '3.json',
      '4.json',
    ]);
    expect(asked()).toEqual([]);
    await stage.site.release({ 'version.js': script('v2') });
    expect(await shown()).toEqual({ version: 'v2', failures: [] });
  });

  it('[B9] a thief of the head key who runs ahead is forgotten with the key: a lower number is taken again', async () => {
    const history = join(stage.site.folder, '.shoal/history');
    const ours = join(stage.site.folder, 'history-before');
    await cp(history, ours, { recursive: true });
    await writeFile(join(stage.site.dir, 'version.js'), script('stolen'));
    const ahead = new Date(Date.now() + 20 * 60 * 60 * 1000).toISOString();
    await publish({ ...placesOf(stage), at: ahead });
    expect(await shown()).toEqual({ version: 'stolen', failures: [] });
    const stolen = await headOf(stage);
    const stolenBytes = await readFile(join(stage.site.dir, 'shoal/head.json'));

    // The owner knows nothing of what the thief has signed.
    await rm(history, { recursive: true });
    await cp(ours, history, { recursive: true });
    await rotate(stage, 'head');
    await stage.site.release({ 'version.js': script('v3') });
    expect((await headOf(stage)).seq).toBeLessThan(stolen.seq);
    expect(await shown()).toEqual({ version: 'v3', failures: [] });

    const right = await readFile(join(stage.site.dir, 'shoal/head.json'));
    await writeFile(join(stage.site.dir, 'shoal/head.json'), stolenBytes);
    const { page } = await stage.visits.again(visitor);
    expect(await versionOf(page)).toBe('v3');
    // The page is told of it when the worker comes to it.
    await expect.poll(async () => [...new Set(await failuresOf(page))]).toEqual(['manifest']);
    await page.close();
    await writeFile(join(stage.site.dir, 'shoal/head.json'), right);
  });

  it('[M7] an old release that comes back is taken, and nothing of it is fetched again', async () => {
    const good = await headOf(stage);
    await stage.site.release({ 'version.js': script('broken') });
    const bad = await headOf(stage);
    expect(await shown()).toEqual({ version: 'broken', failures: [] });
    await writeFile(join(stage.site.dir, 'version.js'), script('v3'));
    await rollback({ ...placesOf(stage), release: good.release.sha256 });
    await revoke(placesOf(stage), bad.release.sha256);
    // A head that takes more than its second leaves what may change to the origin, for one page.
    await vi.waitFor(
      async () => {
        stage.site.forget();
        expect(await shown()).toEqual({ version: 'v3', failures: [] });
        expect(stage.site.served().filter(({ path }) => path === '/version.js')).toEqual([]);
      },
      { timeout: 20_000 },
    );
    expect((await headOf(stage)).floor).toBe(bad.release.v + 1);
  });
});

/** Pages that stay open across a release: what they hear of it from each other, and what the origin is asked meanwhile. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { expect, it } from 'vitest';
import { documentsCacheName } from '../../protocol/kept.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { stats, type ShoalSite } from '../support/shoal-site.ts';
import { expectEverything, failuresOf, stopWorkers, type Visit } from '../support/visits.ts';
import { placeOf } from '../support/wire-peer/site-packs.ts';
import { wirePeersOf } from '../support/wire-peer/wire-peer.ts';

const html = (version: number): string =>
  `<!doctype html><title>v${version}</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>` +
  '<script src="/version.js" defer></script>';
const script = (version: number): string => `document.documentElement.lang = 'v${version}';\n`;
const files = {
  'index.html': html(1),
  'version.js': script(1),
  'film.bin': randomBytes(300_000),
  'map.bin': randomBytes(200_000),
};

const yearMs = 365 * 24 * 60 * 60 * 1000;

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind });
  const { visits } = stage;
  const wirePeer = wirePeersOf(() => placeOf(stage.site));
  let version = 1;

  async function release(): Promise<string> {
    version++;
    const map = randomBytes(200_000);
    await stage.site.release({ 'index.html': html(version), 'version.js': script(version), 'map.bin': map });
    return releaseOf(stage.site);
  }

  /** Visitors who are all connected, and whose first visits are over: what they loaded is kept. */
  async function audience(count: number): Promise<Visit[]> {
    const visitors: Visit[] = [];
    for (let i = 0; i < count; i++) visitors.push(await visits.fresh());
    for (const { page } of visitors) {
      await page.waitForFunction(() => window.toldByShoal?.delivered.length === 1);
      await page.waitForFunction(
        (least) => (window.shoal?.stats().peers ?? 0) >= least,
        {},
        count > 1 ? 1 : 0,
      );
    }
    return visitors;
  }

  function asked(prefix: string): number {
    return stage.site.served().filter(({ path }) => path.startsWith(prefix)).length;
  }

  it('hear of a release that one visitor has loaded, without a request of their own, and have it at their next navigation', async () => {
    const [first, ...others] = await audience(4);
    if (first === undefined) throw new Error('somebody is there');
    const before = (await stats(first.page)).release;
    const next = await release();
    stage.site.forget();
    await first.page.reload();
    for (const { page } of others)
      await expect.poll(() => hasRelease(page, next), { timeout: 10_000 }).toBe(true);
    expect(asked('/shoal/head.json')).toBeLessThanOrEqual(2);
    expect(asked('/shoal/release/')).toBe(1);
    // Each goes on with what it was opened with.
    for (const { page } of others) expect((await stats(page)).release).toBe(before);

    stage.site.forget();
    const [second] = others;
    if (second === undefined) throw new Error('somebody is there');
    await second.page.reload();
    await expect.poll(() => releaseIn(second.page)).toBe(next);
    expect(await second.page.evaluate(() => [document.title, document.documentElement.lang])).toEqual([
      `v${version}`,
      `v${version}`,
    ]);
    expect(asked('/shoal/head.json')).toBeGreaterThan(0);
    expect(asked('/shoal/release/')).toBe(0);
    expect(second.log.problems()).toEqual([]);
    for (const { page } of others) expect(await failuresOf(page)).toEqual([]);
  }, 60_000);

  it.runIf(kind === 'chromium')(
    'hear of it also when the browser has stopped their workers',
    async () => {
      const [first, second] = await audience(2);
      if (first === undefined || second === undefined) throw new Error('two are there');
      const next = await release();
      await stopWorkers(second.page);
      stage.site.forget();
      await first.page.reload();
      await expect.poll(() => hasRelease(second.page, next), { timeout: 10_000 }).toBe(true);
      expect(asked('/shoal/release/')).toBe(1);
    },
    60_000,
  );

  it('believe no peer: heads that nobody signed, and an old one, change nothing and ask the origin for nothing', async () => {
    const old = await headOf(stage.site);
    const wanted = await release();
    const [victim] = await audience(1);
    if (victim === undefined) throw new Error('somebody is there');
    await expectEverything(victim.page, { 'film.bin': files['film.bin'] });
    const unsigned = withSeq(await headOf(stage.site), Date.now() + 60_000);
    const far = withSeq(await headOf(stage.site), Date.now() + 10 * yearMs);
    stage.site.forget();
    const heads = [old, unsigned, far, '{}\n{}', unsigned.slice(0, -9), ...Array<string>(20).fill(unsigned)];
    const liar = await wirePeer({ packs: [], alsoSays: heads.map((head) => ({ t: 'head', head })) });
    await liar.dialOnly();
    // Longer than the worker takes for a head that is right (the test above).
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(liar.connected.size).toBe(1);
    expect(stage.site.served()).toEqual([]);
    expect((await stats(victim.page)).release).toBe(wanted);
    expect(await documentNames(victim.page)).toEqual([wanted]);
    expect(await failuresOf(victim.page)).toEqual([]);
  }, 60_000);
});

/** The newest release on the origin. */
async function releaseOf(site: ShoalSite): Promise<string> {
  const [, sha256 = ''] = /"release":\{[^}]*"sha256":"([0-9a-f]{64})"/.exec(await headOf(site)) ?? [];
  return sha256;
}

function headOf(site: ShoalSite): Promise<string> {
  return readFile(join(site.dir, 'shoal/head.json'), 'utf8');
}

/** What a thief of no key can make of a head. */
function withSeq(head: string, seq: number): string {
  return head.replace(/"seq":\d+/, `"seq":${seq}`);
}

async function releaseIn(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => window.shoal?.stats().release);
}

/** Releases among the browser's documents, by their digests. */
function documentNames(page: Page): Promise<string[]> {
  return page.evaluate(async (name) => {
    const keys = await (await caches.open(name)).keys();
    return keys.flatMap(({ url }) => /release\/(.*)$/.exec(url)?.[1] ?? []);
  }, documentsCacheName);
}

async function hasRelease(page: Page, sha256: string): Promise<boolean> {
  return (await documentNames(page)).includes(sha256);
}

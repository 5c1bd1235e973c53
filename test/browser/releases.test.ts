/** A new release beside pages and visitors that know the old one. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch, type RunningBrowser } from '../support/browser.ts';
import { digestInPage, sha256, startShoalSite, stats, type ShoalSite } from '../support/shoal-site.ts';
import {
  connected,
  digestsOf,
  expectedOf,
  expectEverything,
  failuresOf,
  statsAfter,
  stopWorkers,
  visitsOf,
} from '../support/visits.ts';

const html = (version: string): string =>
  `<!doctype html><title>${version}</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>` +
  '<script src="/version.js" defer></script>';
const script = (version: string): string => `document.documentElement.lang = '${version}';\n`;
const bare =
  '<!doctype html><title>bare</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const first = {
  'index.html': html('v1'),
  'bare.html': bare,
  'version.js': script('v1'),
  'worker.js': "importScripts('/said.js'); postMessage(said);\n",
  'said.js': "globalThis.said = 'v1';\n",
  'film.bin': randomBytes(2_200_000),
  'map.bin': randomBytes(2_100_000),
  'parts/a.bin': randomBytes(100_000),
  'parts/b.bin': randomBytes(80_000),
};
const changes = {
  'index.html': html('v2'),
  'version.js': script('v2'),
  'said.js': "globalThis.said = 'v2';\n",
  'map.bin': randomBytes(2_100_000),
};
const second = { ...first, ...changes };

const unchangedBytes = (
  ['version.js', 'worker.js', 'said.js', 'film.bin', 'parts/a.bin', 'parts/b.bin'] as const
)
  .map((path) => first[path].length)
  .reduce((sum, length) => sum + length, 0);

let site: ShoalSite;
let browser: RunningBrowser;
const visits = visitsOf(
  () => site,
  () => browser,
);

beforeAll(async () => {
  browser = await launch();
}, 60_000);

beforeEach(async () => {
  site = await startShoalSite(first);
});

afterEach(async () => {
  await visits.closeAll();
  await site.close();
});

afterAll(() => browser?.close());

/** Paths of the site's own files whose bytes the server has sent; not Shoal's documents and scripts. */
function sentFiles(): string[] {
  const sent = site.served().filter(({ path, bytes }) => bytes > 0 && !path.startsWith('/shoal'));
  return sent.map(({ path }) => path).sort();
}

describe('a visitor who returns after a release', () => {
  it('gets the new page with the new files, and fetches only what changed', async () => {
    const { page, visitor } = await visits.fresh();
    await expectEverything(page, first);
    await page.close();
    await site.release(changes);
    site.forget();

    const next = await visits.again(visitor);
    expect(await next.page.evaluate(() => [document.title, document.documentElement.lang])).toEqual([
      'v2',
      'v2',
    ]);
    await expectEverything(next.page, second);
    expect(sentFiles()).toEqual(['/', '/map.bin', '/said.js', '/version.js']);
    expect(next.log.problems()).toEqual([]);
    expect(await failuresOf(next.page)).toEqual([]);
  });

  it('never gets an old file with a new page, whether the worker was running or had been stopped', async () => {
    const { page, visitor } = await visits.fresh();
    await expectEverything(page, first);
    for (let round = 3; round < 8; round++) {
      const changed = {
        'index.html': html(`v${round}`),
        'version.js': script(`v${round}`),
      };
      if (round % 2 === 0) await stopWorkers(page);
      await site.release(changed);
      const next = await visits.plainAgain(visitor);
      const seen = await next.page.evaluate(() => [document.title, document.documentElement.lang]);
      expect(seen).toEqual([`v${round}`, `v${round}`]);
      await next.page.close();
    }
  });
});

describe('a page that is still open on the old release', () => {
  it('seeds what did not change to a visitor of the new one', async () => {
    const old = await visits.fresh();
    await expectEverything(old.page, first);
    await site.release({ 'map.bin': changes['map.bin'] });
    site.forget();

    const { page } = await visits.fresh('/bare.html');
    await connected(page, 1);
    await expectEverything(page, { ...first, 'map.bin': changes['map.bin'] });
    expect(sentFiles()).toEqual(['/bare.html', '/map.bin']);
    const { swarmBytes, httpBytes } = await statsAfter(page, first);
    expect(httpBytes).toBe(changes['map.bin'].length);
    expect(swarmBytes).toBe(unchangedBytes);
  });

  it('goes on with the release that it began with', async () => {
    const old = await visits.fresh();
    const before = expectedOf(first);
    expect(await digestsOf(old.page, Object.keys(before))).toEqual(before);
    const { release } = await stats(old.page);
    await site.release(changes);
    const tab = await visits.again(old.visitor);
    await expectEverything(tab.page, second);
    expect((await stats(tab.page)).release).not.toBe(release);

    expect(await digestsOf(old.page, Object.keys(before))).toEqual(before);
    expect(await digestInPage(old.page, '/film.bin')).toBe(sha256(first['film.bin']));
  });

  it('[B16] goes on with it in a worker that it starts later', async () => {
    const { page, visitor } = await visits.fresh();
    await expectEverything(page, first);
    await site.release(changes);
    const tab = await visits.again(visitor);
    await expectEverything(tab.page, second);
    const seen = (by: Page): Promise<string> =>
      by.evaluate(
        () =>
          new Promise<string>((resolve) => {
            new Worker('/worker.js').addEventListener('message', ({ data }: MessageEvent<string>) =>
              resolve(data),
            );
          }),
      );
    expect([await seen(page), await seen(tab.page)]).toEqual(['v1', 'v2']);
  });

  it('gets what the origin has now where it never had the old bytes', async () => {
    const old = await visits.fresh();
    expect(await digestInPage(old.page, '/film.bin')).toBe(sha256(first['film.bin']));
    await site.release(changes);
    expect(await digestInPage(old.page, '/map.bin')).toBe(sha256(second['map.bin']));
    await expect.poll(() => failuresOf(old.page)).toEqual(['origin-mismatch']);
  });
});

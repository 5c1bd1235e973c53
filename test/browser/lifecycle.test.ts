/** A page's first visit, what its visitor decides, and what other scripts of the page may do. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { ready, stats } from '../support/shoal-site.ts';
import { siteForSuite } from '../support/stage.ts';
import {
  connected,
  expectEverything,
  failuresOf,
  keptDigests,
  statsAfter,
  stopWorkers,
} from '../support/visits.ts';

const head = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
/** A picture that is worth sharing. */
const picture = (name: string, bytes: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><title>${name}</title><!-- ${randomBytes(bytes / 2).toString('hex')} --></svg>`;
const assets = {
  'app.js': 'document.documentElement.lang = "ran";\n',
  'style.css': 'body { color: rgb(1, 2, 3) }\n',
  'first.svg': picture('first', 300_000),
  'second.svg': picture('second', 200_000),
  'late.js': 'document.title += " late";\n',
};
const files = {
  'index.html': `<!doctype html><title>site</title>${head}`,
  'page.html': `<!doctype html><title>page</title>${head}<link rel="stylesheet" href="/style.css"><script src="/app.js" defer></script><img src="/first.svg">`,
  'waiting.html': `<!doctype html><title>waiting</title>${head}<img data-shoal-src="/second.svg"><script data-shoal-src="/late.js"></script><link rel="stylesheet" data-shoal-src="/style.css">`,
  'consent.html': `<!doctype html><title>consent</title>${head.replace(' async', ' async data-consent="required"')}`,
  'off.html': `<!doctype html><title>off</title>${head.replace(' async', ' async data-swarm="off"')}`,
  ...assets,
};

const stage = siteForSuite(files);
const { visits } = stage;

function requestsFor(...paths: string[]): string[] {
  return stage.site
    .served()
    .map(({ path }) => path)
    .filter((path) => paths.includes(path));
}

function widthOf(page: Page): Promise<number> {
  return page.$eval('img', ({ naturalWidth }) => naturalWidth);
}

describe('a first visit', () => {
  it('keeps what the page itself has loaded, without asking for it again, and seeds it', async () => {
    stage.site.forget();
    const paths = ['/app.js', '/style.css', '/first.svg'];
    const { page, log } = await visits.fresh('/page.html');
    await expect.poll(() => keptDigests(page), { timeout: 5_000 }).toHaveLength(3);
    for (const { key, digest } of await keptDigests(page)) expect(digest).toBe(key);
    expect(requestsFor(...paths).sort()).toEqual([...paths].sort());
    const loaded = {
      'app.js': assets['app.js'],
      'style.css': assets['style.css'],
      'first.svg': assets['first.svg'],
    };
    const loadedBytes = Object.values(loaded).reduce((sum, { length }) => sum + length, 0);
    expect((await statsAfter(page, loaded)).httpBytes).toBe(loadedBytes);
    expect(log.problems()).toEqual([]);

    const next = await visits.fresh();
    await connected(next.page, 1);
    stage.site.forget();
    await expectEverything(next.page, { 'first.svg': assets['first.svg'] });
    expect(requestsFor('/first.svg')).toEqual([]);
    expect((await statsAfter(next.page, { 'first.svg': assets['first.svg'] })).swarmBytes).toBe(
      assets['first.svg'].length,
    );
  });

  it('loads elements that wait for Shoal from peers, and those that come later at once', async () => {
    const seeder = await visits.fresh();
    await expectEverything(seeder.page, assets);
    stage.site.forget();
    const { page, log } = await visits.fresh('/waiting.html');
    await page.waitForFunction(() => document.querySelector('img')?.complete === true);
    await page.waitForFunction(() => document.title === 'waiting late');
    await page.waitForFunction(() => getComputedStyle(document.body).color === 'rgb(1, 2, 3)');
    expect(await widthOf(page)).toBe(60);
    expect(requestsFor('/second.svg')).toEqual([]);
    await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<p><img id="later" data-shoal-src="/first.svg"></p>');
    });
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('#later')?.naturalWidth === 60);
    expect(requestsFor('/first.svg')).toEqual([]);
    expect(log.problems()).toEqual([]);
  });
});

describe('a visitor who', () => {
  it('opts out has no peers any more, also after a reload, and nobody waits for them', async () => {
    const seeder = await visits.fresh();
    await expectEverything(seeder.page, assets);
    const { page } = await visits.fresh();
    await connected(page, 1);
    await page.evaluate(() => window.shoal?.optOut());
    await connected(page, 0);
    await connected(seeder.page, 0);
    const startedMs = performance.now();
    await expectEverything(page, assets);
    expect(performance.now() - startedMs).toBeLessThan(900);
    expect((await statsAfter(page, assets)).swarmBytes).toBe(0);

    await page.reload();
    expect(await ready(page)).toEqual({ worker: true, reason: '' });
    await sleep(1_500);
    expect(await page.evaluate(() => [window.shoal?.optedOut, window.shoal?.stats().peers])).toEqual([
      true,
      0,
    ]);
    expect((await stats(seeder.page)).peers).toBe(0);
    await page.evaluate(() => window.shoal?.optIn());
    await connected(page, 1);
    expect(await page.evaluate(() => window.shoal?.optedOut)).toBe(false);
  });

  it('opts out in one tab has no peers in the other tabs either', async () => {
    const seeder = await visits.fresh();
    await expectEverything(seeder.page, assets);
    const host = await visits.fresh();
    await connected(host.page, 1);
    const tab = await visits.again(host.visitor);
    await tab.page.evaluate(() => window.shoal?.optOut());
    await connected(host.page, 0);
    expect(await host.page.evaluate(() => window.shoal?.optedOut)).toBe(true);
    await connected(seeder.page, 0);
  });

  it('has not agreed where that is required has no peers and loads no engine, until they do', async () => {
    const seeder = await visits.fresh();
    await expectEverything(seeder.page, assets);
    stage.site.forget();
    const { page } = await visits.fresh('/consent.html');
    await expectEverything(page, assets);
    expect((await statsAfter(page, assets)).swarmBytes).toBe(0);
    expect(stage.site.served().filter(({ path }) => path.startsWith('/shoal/engine'))).toEqual([]);
    await page.evaluate(() => window.shoal?.optIn());
    await connected(page, 1);
  });

  it('is on a page without the swarm has no peers, and what is right all the same', async () => {
    const seeder = await visits.fresh();
    await expectEverything(seeder.page, assets);
    const { page } = await visits.fresh('/off.html');
    await expectEverything(page, assets);
    expect(await statsAfter(page, assets)).toMatchObject({ swarmBytes: 0, peers: 0 });
  });
});

describe('a script of the page that overwrites what is stored', () => {
  it('[G9, G10] changes nothing that is answered', async () => {
    const { page } = await visits.fresh();
    await expectEverything(page, assets);
    const overwritten = await page.evaluate(async () => {
      let count = 0;
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          const size = (await (await cache.match(request))?.arrayBuffer())?.byteLength ?? 0;
          await cache.put(request, new Response(new Uint8Array(size).fill(32)));
          count++;
        }
      }
      return count;
    });
    expect(overwritten).toBeGreaterThan(Object.keys(assets).length);
    await expectEverything(page, assets);
    await expect
      .poll(() => keptDigests(page).then((all) => all.every(({ key, digest }) => key === digest)))
      .toBe(true);
    await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) await cache.put(request, new Response('nonsense'));
      }
    });
    await stopWorkers(page);
    await expectEverything(page, assets);
    expect(await failuresOf(page)).toEqual([]);
  });
});

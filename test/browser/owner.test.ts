/** What the owner says with a signature: that workers stand aside, come back, or go. */
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { afterEach, expect, it } from 'vitest';
import { publish } from '../../publisher/index.ts';
import { ready, stats } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { expectEverything } from '../support/visits.ts';

const head = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"></svg>';
const assets = {
  'app.js': 'document.documentElement.lang = "ran";\n',
  'first.svg': picture,
  'second.svg': `${picture}\n`,
};
const files = {
  'page.html': `<!doctype html><title>page</title>${head}<script src="/app.js" defer></script><img src="/first.svg">`,
  'waiting.html': `<!doctype html><title>waiting</title>${head}<img data-shoal-src="/second.svg">`,
  ...assets,
};

async function pictureIsShown(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('img')?.naturalWidth === 60);
}

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind });
  const { visits } = stage;
  const requestsFor = (...paths: string[]): string[] =>
    stage.site
      .served()
      .map(({ path }) => path)
      .filter((path) => paths.includes(path));
  const say = (mode: 'on' | 'http-only' | 'uninstall'): Promise<unknown> =>
    publish({ dir: stage.site.dir, config: join(stage.site.folder, 'shoal.config.json'), mode });
  const hasWorker = (page: Page): Promise<boolean> =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length > 0);

  afterEach(() => say('on'));

  it('[G1] lets workers stand aside, and come back', async () => {
    const { page, visitor } = await visits.fresh('/page.html');
    await expectEverything(page, assets);
    await page.close();
    await say('http-only');
    const aside = await visits.again(visitor, '/page.html');
    stage.site.forget();
    await expectEverything(aside.page, assets);
    expect(requestsFor('/first.svg', '/second.svg').length).toBeGreaterThan(0);
    expect((await stats(aside.page)).mode).toBe('http-only');
    await say('on');
    await visits.again(visitor, '/page.html');
    const back = await visits.again(visitor, '/page.html');
    stage.site.forget();
    await expectEverything(back.page, assets);
    expect((await stats(back.page)).mode).toBe('on');
    expect(requestsFor('/first.svg', '/second.svg')).toEqual([]);
  });

  it('[G1] removes workers and all that they kept; pages go on, and wait for nothing', async () => {
    const { page, visitor } = await visits.fresh('/page.html');
    await expectEverything(page, assets);
    // What another version of Shoal has left, and a choice that is no longer one.
    await page.evaluate(async () => {
      await caches.open('shoal-kept-v0');
      await window.shoal?.optOut();
    });
    await say('uninstall');
    const next = await visits.plainAgain(visitor, '/page.html');
    await expect.poll(() => hasWorker(next.page)).toBe(false);
    await expect.poll(() => next.page.evaluate(() => caches.keys())).toEqual([]);
    expect(await next.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    await pictureIsShown(next.page);
    expect(await ready(next.page)).toEqual({ worker: false, reason: 'off' });
    await page.close();
    await next.page.close();

    const startedMs = performance.now();
    const later = await visits.plainAgain(visitor, '/waiting.html');
    await pictureIsShown(later.page);
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    await expect.poll(() => hasWorker(later.page)).toBe(false);
    expect(await later.page.evaluate(() => caches.keys())).toEqual([]);
    expect(later.log.problems()).toEqual([]);
  });
});

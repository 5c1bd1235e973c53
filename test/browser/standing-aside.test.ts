/** Where and when Shoal is not there: browsers and policies without workers, and what the owner says. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { publish } from '../../publisher/index.ts';
import { launch, type RunningBrowser } from '../support/browser.ts';
import { ready, startShoalSite, stats, type ShoalSite } from '../support/shoal-site.ts';
import { expectEverything, visitsOf } from '../support/visits.ts';

const head = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const waiting = '<img data-shoal-src="/second.svg">';
const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"></svg>';
const assets = {
  'app.js': 'document.documentElement.lang = "ran";\n',
  'first.svg': picture,
  'second.svg': `${picture}\n`,
};
const policy = (text: string): string => `<meta http-equiv="content-security-policy" content="${text}">`;
const files = {
  'page.html': `<!doctype html><title>page</title>${head}<script src="/app.js" defer></script><img src="/first.svg">`,
  'waiting.html': `<!doctype html><title>waiting</title>${head}${waiting}`,
  'strict.html': `<!doctype html>${policy("default-src 'self'; img-src 'self' data:; worker-src 'none'")}${head}${waiting}`,
  'nonce.html': `<!doctype html>${policy("script-src 'nonce-abc' 'strict-dynamic'")}${head.replace('<script', '<script nonce="abc"')}${waiting}`,
  ...assets,
};

let site: ShoalSite;
let browser: RunningBrowser;
const visits = visitsOf(
  () => site,
  () => browser,
);

beforeAll(async () => {
  site = await startShoalSite(files);
  browser = await launch({ args: ['--host-resolver-rules=MAP insecure.test 127.0.0.1'] });
}, 120_000);

afterEach(() => visits.closeAll());

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

function requestsFor(...paths: string[]): string[] {
  return site
    .served()
    .map(({ path }) => path)
    .filter((path) => paths.includes(path));
}

async function pictureIsShown(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('img')?.naturalWidth === 60);
}

describe('a browser or page that allows no worker', () => {
  async function expectPlain(page: Page, messages: readonly string[], reason: string): Promise<void> {
    expect(await ready(page)).toEqual({ worker: false, reason });
    await pictureIsShown(page);
    for (const verb of ['optOut', 'optIn'] as const)
      await page.evaluate((name) => window.shoal?.[name](), verb);
    await sleep(300);
    expect(messages.length, messages.join('\n')).toBeLessThanOrEqual(1);
  }

  it('has no service workers: the page works', async () => {
    const { page, log } = await visits.plain('/waiting.html', (tab) =>
      tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker')),
    );
    await expectPlain(page, log.messages, 'unsupported');
    expect(log.problems()).toEqual([]);
  });

  it('is not a secure context: the page works', async () => {
    const { page, log } = await visits.plain('/page.html');
    await page.goto(`${site.origin.replace('127.0.0.1', 'insecure.test')}/waiting.html`);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await expectPlain(page, log.messages, 'unsupported');
    expect(log.pageErrors).toEqual([]);
  });

  it('has a policy against it: the page works', async () => {
    const { page, log } = await visits.plain('/strict.html');
    await expectPlain(page, log.messages, 'failed');
    expect(log.pageErrors).toEqual([]);
  });
});

describe('a policy that trusts scripts by nonce', () => {
  it('lets the worker rule, without a message', async () => {
    const { page, log } = await visits.fresh('/nonce.html');
    await pictureIsShown(page);
    await expectEverything(page, assets);
    expect(log.messages).toEqual([]);
  });
});

describe('the owner', () => {
  const say = (mode: 'on' | 'http-only' | 'uninstall'): Promise<unknown> =>
    publish({ dir: site.dir, config: join(site.folder, 'shoal.config.json'), mode });
  const hasWorker = (page: Page): Promise<boolean> =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length > 0);

  afterEach(() => say('on'));

  it('lets workers stand aside, and come back', async () => {
    const { page, visitor } = await visits.fresh('/page.html');
    await expectEverything(page, assets);
    await page.close();
    await say('http-only');
    const aside = await visits.again(visitor, '/page.html');
    site.forget();
    await expectEverything(aside.page, assets);
    expect(requestsFor('/first.svg', '/second.svg').length).toBeGreaterThan(0);
    expect((await stats(aside.page)).mode).toBe('http-only');
    await say('on');
    await visits.again(visitor, '/page.html');
    const back = await visits.again(visitor, '/page.html');
    site.forget();
    await expectEverything(back.page, assets);
    expect((await stats(back.page)).mode).toBe('on');
    expect(requestsFor('/first.svg', '/second.svg')).toEqual([]);
  });

  it('removes workers and all that they kept; pages go on, and wait for nothing', async () => {
    const { page, visitor } = await visits.fresh('/page.html');
    await expectEverything(page, assets);
    await say('uninstall');
    const next = await visits.plainAgain(visitor, '/page.html');
    await expect.poll(() => hasWorker(next.page)).toBe(false);
    await expect.poll(() => next.page.evaluate(() => caches.keys())).toEqual([]);
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

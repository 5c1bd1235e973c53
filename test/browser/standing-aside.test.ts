/** Where Shoal is not there: browsers and policies without workers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { ready } from '../support/shoal-site.ts';
import { siteForSuite } from '../support/stage.ts';
import { expectEverything } from '../support/visits.ts';

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

const stage = siteForSuite(files, {
  launch: { args: ['--host-resolver-rules=MAP insecure.test 127.0.0.1'] },
});
const { visits } = stage;

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

  it('[G17] has no service workers: the page works', async () => {
    const { page, log } = await visits.plain('/waiting.html', (tab) =>
      tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker')),
    );
    await expectPlain(page, log.messages, 'unsupported');
    expect(log.problems()).toEqual([]);
  });

  it('is not a secure context: the page works', async () => {
    const { page, log } = await visits.plain('/page.html');
    await page.goto(`${stage.site.origin.replace('127.0.0.1', 'insecure.test')}/waiting.html`);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await expectPlain(page, log.messages, 'unsupported');
    expect(log.pageErrors).toEqual([]);
  });

  it('[G17] has a policy against it: the page works', async () => {
    const { page, log } = await visits.plain('/strict.html');
    await expectPlain(page, log.messages, 'failed');
    expect(log.pageErrors).toEqual([]);
  });
});

describe('a browser that has no WebRTC', () => {
  it('[G17] gets everything from the worker, without a message', async () => {
    const { page, log } = await visits.plain('/page.html', (tab) =>
      tab.evaluateOnNewDocument(() => Reflect.deleteProperty(globalThis, 'RTCPeerConnection')),
    );
    expect(await ready(page)).toEqual({ worker: true, reason: '' });
    await expectEverything(page, assets);
    expect(log.messages).toEqual([]);
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

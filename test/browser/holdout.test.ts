/** Visitors who load as if Shoal were not there, and visitors whom the swarm does no good. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { ready, stats } from '../support/shoal-site.ts';
import { fieldsOf, recordReports, reportTexts } from '../support/reports.ts';
import { recordSignals } from '../support/signals.ts';
import { siteForSuite } from '../support/stage.ts';
import { connected, expectEverything, failuresOf, statsAfter } from '../support/visits.ts';

const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"></svg>';
const head = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const large = Object.fromEntries(
  Array.from({ length: 24 }, (_, i) => [`large/${i}.bin`, randomBytes(1_100_000)]),
);
const files = {
  'index.html': `<!doctype html><title>site</title>${head}<script src="/app.js" defer></script><img src="/first.svg"><img data-shoal-src="/second.svg">`,
  'plain.html': `<!doctype html><title>plain</title>${head}`,
  'app.js': 'document.documentElement.lang = "ran";\n',
  'first.svg': picture,
  'second.svg': `${picture}\n`,
  ...large,
};

/** The first report that has times of classes, and the classes. */
async function timedReport(page: Page): Promise<{ report: object; classes: readonly string[] }> {
  const texts = await reportTexts(page, 'classMs');
  const report = fieldsOf(JSON.parse(texts.find((text) => text.includes('classMs')) ?? '{}'));
  return { report, classes: Object.keys(fieldsOf(report['classMs'])).sort() };
}

describe('a visitor who is held out', () => {
  const stage = siteForSuite(files, { swarm: { holdoutPercent: 100 } });

  it('loads plainly, at once, and reports the same times; for good', async () => {
    let sockets: readonly string[] = [];
    const { page, log, visitor } = await stage.visits.plain('/', async (tab) => {
      ({ sockets } = await recordSignals(tab));
      await recordReports(tab);
    });
    expect(await ready(page)).toEqual({ worker: false, reason: 'holdout' });
    expect(await stats(page)).toMatchObject({ group: 'holdout', visit: 'first', mode: 'no-manifest' });
    await page.waitForFunction(() => [...document.images].every(({ naturalWidth }) => naturalWidth === 60));
    const { report, classes } = await timedReport(page);
    expect(report).toMatchObject({ group: 'holdout', swarm: 'off', visit: 'first' });
    expect(report).toHaveProperty('loadMs');
    expect(classes).toEqual(['image', 'script']);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(
      0,
    );
    expect(sockets).toEqual([]);
    expect(log.problems()).toEqual([]);

    const again = await stage.visits.plainAgain(visitor, '/plain.html');
    expect(await ready(again.page)).toEqual({ worker: false, reason: 'holdout' });
    expect(await stats(again.page)).toMatchObject({ group: 'holdout', visit: 'repeat' });
  });

  it('stays in or out by one draw, and loses a worker of earlier', async () => {
    const { page, visitor } = await stage.visits.plain('/plain.html', (tab) =>
      tab.evaluateOnNewDocument(() => {
        if (localStorage.getItem('shoal-draw') === null) localStorage.setItem('shoal-draw', '100');
      }),
    );
    // 100: never held out, as where nothing can be kept.
    expect(await ready(page)).toMatchObject({ worker: true });
    await page.evaluate(() => localStorage.setItem('shoal-draw', '99.5'));
    const next = await stage.visits.plainAgain(visitor, '/plain.html');
    expect(await ready(next.page)).toEqual({ worker: false, reason: 'holdout' });
    await expect
      .poll(() => next.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length))
      .toBe(0);
  });
});

describe('a visitor of the swarm', () => {
  const stage = siteForSuite(files, { swarm: { uploadBytesPerSecond: 1_000_000 } });

  it('reports which group it is in, and times that its worker has no part in', async () => {
    const { page } = await stage.visits.plain('/', (tab) => recordReports(tab));
    await ready(page);
    const { report, classes } = await timedReport(page);
    expect(report).toMatchObject({ group: 'swarm' });
    expect(classes).toEqual(['image', 'script']);
  });

  it('leaves slow peers alone, says so, and still gets everything', async () => {
    const seeder = await stage.visits.fresh('/plain.html');
    await expectEverything(seeder.page, large);
    const slow = await stage.visits.fresh('/plain.html');
    await connected(slow.page, 1);
    // What the origin is able to do is known from earlier.
    await slow.page.evaluate(() => {
      const none = '0 0 0 0 0 0 0 0';
      localStorage.setItem('shoal-benefit', [none, none, '7 7700000 8000 8 8800000 160 0 0'].join('\n'));
    });
    const first = { 'large/0.bin': large['large/0.bin'] ?? '' };
    await expectEverything(slow.page, first);
    expect((await statsAfter(slow.page, first)).swarmBytes).toBeGreaterThan(0);
    await expect.poll(() => failuresOf(slow.page)).toContain('swarm-no-benefit');
    const { leftOff, swarmBytes } = await stats(slow.page);
    expect(leftOff).toEqual(['large']);
    const second = { 'large/1.bin': large['large/1.bin'] ?? '' };
    await expectEverything(slow.page, second);
    expect((await statsAfter(slow.page, second)).swarmBytes).toBe(swarmBytes);
    await sleep(100);
    expect((await failuresOf(slow.page)).filter((code) => code === 'swarm-no-benefit')).toHaveLength(1);
  });
});

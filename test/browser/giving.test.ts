/** Who gives nothing any more, from one moment to the next. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { ready, stats } from '../support/shoal-site.ts';
import { siteForSuite } from '../support/stage.ts';
import { connected, digestsOf, expectEverything, expectedOf } from '../support/visits.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'big.bin': randomBytes(16_000_000),
};

const stage = siteForSuite(files, { swarm: { uploadBytesPerSecond: 2_000_000 } });

declare global {
  interface Window {
    /** What a browser would say; changed by a test, as by a visitor who unplugs. */
    fakeBattery?: EventTarget & { level: number; charging: boolean };
    fakeConnection?: EventTarget & { type: string; saveData: boolean };
  }
}

/** There is no battery and no modem in a test: the page sees these instead. */
async function withBatteryAndModem(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const battery = Object.assign(new EventTarget(), { level: 0.9, charging: false });
    const connection = Object.assign(new EventTarget(), { type: 'wifi', saveData: false });
    window.fakeBattery = battery;
    window.fakeConnection = connection;
    Object.defineProperty(navigator, 'getBattery', { value: async () => battery });
    Object.defineProperty(navigator, 'connection', { value: connection });
  });
}

const changes = {
  'a low battery': (page: Page) =>
    page.evaluate(() => {
      if (window.fakeBattery === undefined) return;
      window.fakeBattery.level = 0.15;
      window.fakeBattery.dispatchEvent(new Event('levelchange'));
    }),
  'a metered connection': (page: Page) =>
    page.evaluate(() => {
      if (window.fakeConnection === undefined) return;
      window.fakeConnection.type = 'cellular';
      window.fakeConnection.dispatchEvent(new Event('change'));
    }),
  'Save-Data': (page: Page) =>
    page.evaluate(() => {
      if (window.fakeConnection === undefined) return;
      window.fakeConnection.saveData = true;
      window.fakeConnection.dispatchEvent(new Event('change'));
    }),
};

describe('a visitor in the middle of giving', () => {
  const cases = Object.entries(changes).flatMap(([name, change]) => [
    { name, optedIn: false, change },
    { name, optedIn: true, change },
  ]);
  it.each(cases)('[J7] gives nothing more: $name, opted in: $optedIn', async ({ optedIn, change }) => {
    const { page } = await stage.visits.plain('/', withBatteryAndModem);
    await ready(page);
    if (optedIn) await page.evaluate(() => window.shoal?.optIn());
    await expectEverything(page, files);
    const other = await stage.visits.fresh();
    await connected(other.page, 1);
    const arriving = digestsOf(other.page, ['/big.bin']);
    await expect.poll(async () => (await stats(page)).uploadedBytes).toBeGreaterThan(0);
    await change(page);
    await sleep(1_000);
    const { uploadedBytes } = await stats(page);
    expect(uploadedBytes).toBeLessThan(files['big.bin'].length / 2);
    expect(await arriving).toEqual(expectedOf(files));
    expect(await stats(page)).toMatchObject({ uploadedBytes, peers: optedIn ? 1 : 0 });
  });
});

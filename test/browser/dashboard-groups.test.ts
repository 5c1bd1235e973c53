/** The dashboard in a browser: two groups beside each other, and names that would like to be markup. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type RunningHub } from '../../hub/index.ts';
import type { Beacon } from '../../protocol/beacon.ts';
import { root } from '../../scripts/root.ts';
import { beaconOf, publishSite, site, tally, type PublishedSite } from '../hub/fixture.ts';
import { launch, newVisitor, type RunningBrowser, type Visitor } from '../support/browser.ts';
import { shows, tableRows } from '../support/dashboard.ts';

/** All that a path may hold and a page, or a spreadsheet, may take for something else. */
const hostile = [
  '/&lt;img%20src=x%20onerror=alert(1)&gt;',
  "/=cmd|'calc'!A1",
  '/@SUM(1+9)*cmd',
  '/javascript:alert(1)',
  "/x'onclick='alert(1)",
] as const;

let browser: RunningBrowser;
let visitor: Visitor;
let published: PublishedSite;
let hub: RunningHub;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});
afterEach(async () => {
  await visitor.close();
  await hub.close();
  await published.remove();
});

async function start(assets?: Readonly<Record<string, number>>): Promise<void> {
  published = await publishSite(undefined, assets);
  visitor = await newVisitor({ isolated: 'context', browser });
  hub = await startHub({
    port: 0,
    databasePath: ':memory:',
    dashboardDir: `${root}dist/dashboard`,
    sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
  });
}

async function report(over: Partial<Beacon> = {}, headers: Record<string, string> = {}): Promise<void> {
  const body = JSON.stringify(beaconOf(published.release, over));
  const response = await fetch(`${hub.url}beacon`, {
    method: 'POST',
    body,
    headers: { origin: site, ...headers },
  });
  expect(response.status).toBe(204);
}

describe('the dashboard', () => {
  it('shows visitors with the swarm beside those held out, with their spread and what chance makes of it', async () => {
    await start();
    for (let i = 0; i < 60; i++) {
      const spreadMs = (i % 20) * 10;
      const swarm = {
        loadMs: 400 + spreadMs,
        classMs: { script: 150 + spreadMs, image: 380 + 2 * spreadMs },
      };
      const assets = [
        tally(0, { httpBytes: 4_000 }),
        tally(1, { swarmBytes: 10_000 }),
        tally(2, { swarmBytes: 16_000 }),
      ];
      await report({ visit: 'repeat', ...swarm, assets });
      const held = {
        loadMs: 700 + 3 * spreadMs,
        classMs: { script: 155 + spreadMs, image: 680 + 4 * spreadMs },
      };
      await report({ visit: 'repeat', group: 'holdout', swarm: 'off', release: null, assets: [], ...held });
    }
    const { page, log } = await visitor.open(`${hub.url}dashboard/`);
    await shows(page, 'With the swarm and without');
    await shows(page, 'The median repeat visit is');
    await shows(page, '86.7 % of 1.80 MB from peers');
    await shows(page, 'their pages report times, not bytes');
    const rows = await tableRows(page, 'With the swarm and without');
    expect(rows.map(([name]) => name)).toEqual([
      'Page load repeat visits',
      'Scripts repeat visits',
      'Images repeat visits',
    ]);
    expect(rows.map((row) => row.at(-1)?.replace(/^[\d.]+ m?s /, ''))).toEqual([
      'sooner',
      'not told from chance',
      'sooner',
    ]);
    expect(await page.evaluate(() => document.querySelectorAll('.spread').length)).toBe(6);
    await page.setViewport({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(log.problems()).toEqual([]);
  });

  it('[K9] shows names as text, whatever they look like, and keeps nothing that a visitor writes', async () => {
    await start(Object.fromEntries(hostile.map((path) => [path, 10_000])));
    const script = '<script>alert(1)</script>';
    const headers = { 'user-agent': script, referer: `https://shop.example/?q=${script}` };
    const assets = hostile.map((_, asset) => tally(asset, { swarmBytes: 10_000 - asset }));
    await report({ assets }, headers);
    const { page, log } = await visitor.open();
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs++;
      void dialog.dismiss();
    });
    await page.goto(`${hub.url}dashboard/`);
    await shows(page, '&lt;img%20src=x');
    const names = (await tableRows(page, 'Top savers')).map(([name]) => name);
    expect(new Set(names)).toEqual(new Set(hostile));
    expect(
      await page.evaluate(
        () => document.querySelectorAll('.card img, .card script, .card a[href^=javascript]').length,
      ),
    ).toBe(0);
    expect(dialogs).toBe(0);
    for (const path of ['api/summary', 'api/sites', 'metrics']) {
      expect(await (await fetch(hub.url + path)).text()).not.toContain('alert(1)</script>');
    }
    expect(log.problems()).toEqual([]);
  });
});

/** The built dashboard in a browser, on a real hub that real beacons are sent to. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHub, type RunningHub, type StartHubOptions } from '../../hub/index.ts';
import type { Beacon } from '../../protocol/beacon.ts';
import { root } from '../../scripts/root.ts';
import { beaconOf, publishSite, site, tally, type PublishedSite } from '../hub/fixture.ts';
import {
  launch,
  newVisitor,
  type RunningBrowser,
  type VisitedPage,
  type Visitor,
} from '../support/browser.ts';
import { shows, tableRows, waitMs } from '../support/dashboard.ts';
import { freePort } from '../support/ports.ts';

const token = 'a token of twenty letters';

let browser: RunningBrowser;
let published: PublishedSite;
let hub: RunningHub;
let visitor: Visitor;

beforeAll(async () => {
  [browser, published] = await Promise.all([launch(), publishSite()]);
});
afterAll(async () => {
  await browser?.close();
  await published?.remove();
});
beforeEach(async () => {
  visitor = await newVisitor({ isolated: 'context', browser });
});
afterEach(async () => {
  await visitor.close();
  await hub.close();
});

async function start(over: Partial<StartHubOptions> = {}): Promise<void> {
  const { swarmId, dir } = published;
  hub = await startHub({
    port: 0,
    databasePath: ':memory:',
    prefix: '/hub/',
    dashboardDir: `${root}dist/dashboard`,
    sites: [{ site, swarmId, source: { dir } }],
    ...over,
  });
}

async function report(over: Partial<Beacon> = {}): Promise<void> {
  const body = JSON.stringify(beaconOf(published.release, over));
  const response = await fetch(`${hub.url}beacon`, { method: 'POST', body, headers: { origin: site } });
  expect(response.status).toBe(204);
}

/** Two page loads: 30 kB from peers, 10 kB from the origin, 20 kB from cache; the origin counted 10 kB. */
async function reportTwoVisits(): Promise<void> {
  await report();
  await report({
    visit: 'repeat',
    assets: [tally(1, { httpBytes: 10_000 }), tally(2, { cacheBytes: 16_000, rejectedBytes: 500 })],
    failures: [{ code: 'swarm-bad-bytes', count: 3 }],
  });
  const entries = [{ path: '/app.js', bytes: 10_000, status: 200 }];
  const counted = await fetch(`${hub.url}origin`, {
    method: 'POST',
    body: JSON.stringify({ site, entries }),
    headers: { 'content-type': 'application/json' },
  });
  expect(counted.status).toBe(204);
}

describe('the dashboard', () => {
  it('shows what visitors and the origin reported, without a single problem', async () => {
    await start();
    await reportTwoVisits();
    const { page, log } = await visitor.open(`${hub.url}dashboard/`);
    await shows(page, 'Offload ratio 75.0 %');
    await shows(page, 'Last hour');
    await shows(page, 'Peers 30.0 kB');
    await shows(page, '100 % agreement');
    await shows(page, 'swarm-bad-bytes');
    expect(await tableRows(page, 'Top savers')).toEqual([
      ['/font.woff2', '16.0 kB', '0 B', '2', '20 ms'],
      ['/app.js', '10.0 kB', '10.0 kB', '2', '20 ms'],
      ['/app.css', '4.00 kB', '0 B', '1', '20 ms'],
    ]);
    expect(log.problems()).toEqual([]);
  });

  it('follows what happens while it is open', async () => {
    await start();
    await report();
    const { page } = await visitor.open(`${hub.url}dashboard/`);
    await shows(page, '1 page load');
    await shows(page, 'Live');
    await report({ assets: [tally(1, { httpBytes: 10_000 })] });
    await shows(page, 'Offload ratio 75.0 %');
    await shows(page, '2 page loads');
  });

  it('says what to do before the first visitor, and fills by itself when one comes', async () => {
    await start();
    const { page } = await visitor.open(`${hub.url}dashboard/`);
    await shows(page, 'npx shoal publish');
    await report();
    await shows(page, 'Offload ratio 100 %');
  });

  it('says that it reconnects while the hub is away, and is live again after', async () => {
    const port = await freePort();
    await start({ port });
    await report();
    const { page } = await visitor.open(`${hub.url}dashboard/`);
    await shows(page, 'Live');
    await hub.close();
    await shows(page, 'Reconnecting');
    await shows(page, 'The hub cannot be reached');
    await start({ port });
    await report();
    await shows(page, 'Live');
    await page.waitForSelector('#notice', { hidden: true, timeout: waitMs });
  });

  it('reads out the chart under the arrow keys, and shows it as a table', async () => {
    await start();
    await report();
    const { page } = await visitor.open(`${hub.url}dashboard/?range=24h`);
    await shows(page, 'Offload ratio 100 %');
    await page.focus('[role=slider]');
    await page.keyboard.press('End');
    const spoken = await page.$eval('[role=slider]', (slider) => slider.getAttribute('aria-valuetext'));
    expect(spoken).toMatch(/30\.0.kB from peers, 0.B from the origin, 0.B from cache, offload ratio 100.%$/);
    await page.click('button[aria-pressed=false]');
    const rows = await tableRows(page, 'Traffic by source');
    expect(rows[0]?.slice(1)).toEqual(['30.0 kB', '0 B', '0 B', '–', '100 %', '1']);
  });

  it('does not scroll sideways on a phone, and remembers the chosen theme', async () => {
    await start();
    await reportTwoVisits();
    const { page } = await visitor.open();
    await page.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
    await page.goto(`${hub.url}dashboard/`);
    await shows(page, 'Failures and waste');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
    const before = await theme();
    await page.click('#theme');
    const chosen = await theme();
    expect(chosen).not.toBe(before);
    await page.reload();
    expect(await theme()).toBe(chosen);
  });
});

describe('with a token', () => {
  /** As if from another machine, behind a proxy. */
  async function openFromAfar(path: string): Promise<VisitedPage> {
    const opened = await visitor.open();
    await opened.page.setExtraHTTPHeaders({ 'x-forwarded-for': '203.0.113.9' });
    await opened.page.goto(`${hub.url}${path}`);
    return opened;
  }

  it('asks for it on the first visit, and again when it is wrong', async () => {
    await start({ dashboardToken: token, trustProxy: true });
    await report();
    const { page } = await openFromAfar('dashboard/');
    await shows(page, 'Sign in');
    await page.type('#token', 'not the token at all');
    await page.keyboard.press('Enter');
    await page.waitForNavigation();
    await shows(page, 'Sign in');
    await page.type('#token', token);
    await page.keyboard.press('Enter');
    await shows(page, 'Offload ratio 100 %');
  });

  it('asks for it when the login has run out, and goes on when it is given', async () => {
    await start({ dashboardToken: token, trustProxy: true });
    await report();
    const { page } = await openFromAfar(`dashboard/?token=${encodeURIComponent(token)}`);
    await shows(page, 'Offload ratio 100 %');
    expect(page.url()).not.toContain('token');
    await visitor.context.deleteCookie(...(await visitor.context.cookies()));
    await page.click('input[value="7d"]');
    await shows(page, 'Sign in');
    await page.type('#token', token);
    await page.keyboard.press('Enter');
    await shows(page, 'Offload ratio 100 %');
    expect(page.url()).not.toContain('token');
  });
});

/** Networks that change and hubs that are restarted: pages are back soon, and nobody notices. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunningHub } from '../../hub/index.ts';
import { freePort } from '../support/ports.ts';
import { ready, startShoalSite, stats, type ShoalSite } from '../support/shoal-site.ts';
import { messagesOf, recordSignals, type Signals } from '../support/signals.ts';
import { browserForSuite, started } from '../support/stage.ts';
import { startStandaloneHub } from '../support/standalone-hub.ts';
import { connected, expectEverything, visitsOf } from '../support/visits.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'data.bin': randomBytes(300_000),
};

let site: ShoalSite | undefined;
let hub: RunningHub | undefined;
let hubPort = 0;
const browser = browserForSuite();
const visits = visitsOf(() => started(site), browser);

beforeAll(async () => {
  hubPort = await freePort();
  site = await startShoalSite(files, { hub: { url: `http://127.0.0.1:${hubPort}/` } });
  hub = await startStandaloneHub(site, hubPort);
});

afterEach(() => visits.closeAll());

afterAll(async () => {
  await hub?.close();
  await site?.close();
});

/** Gone, and there again. */
async function interrupt(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: true, ...unlimited });
  expect(await page.evaluate(() => navigator.onLine)).toBe(false);
  await session.send('Network.emulateNetworkConditions', { offline: false, ...unlimited });
}

describe('a page', () => {
  it('whose network comes back has its peers again within three seconds, under a new name', async () => {
    const stayed = await visits.fresh();
    await expectEverything(stayed.page, files);
    let signals: Signals = { sockets: [], sent: [] };
    const { page } = await visits.plain('/', async (tab) => {
      signals = await recordSignals(tab);
    });
    await ready(page);
    await connected(page, 1);
    await interrupt(page);
    const backMs = performance.now();
    await expect.poll(() => new Set(namesIn(signals)).size, { timeout: 3_000 }).toBe(2);
    await expect.poll(async () => (await stats(page)).peers, { timeout: 3_000 }).toBe(1);
    expect(performance.now() - backMs).toBeLessThan(3_000);
    await expectEverything(page, files);
    expect((await stats(page)).swarmBytes).toBe(files['data.bin'].length);
  });

  it('whose hub is restarted keeps its peers, and meets newcomers within seconds', async () => {
    const pages = [await visits.fresh(), await visits.fresh()];
    for (const { page } of pages) await connected(page, 1);
    await hub?.close();
    hub = await startStandaloneHub(started(site), hubPort);
    for (const { page } of pages) expect((await stats(page)).peers).toBe(1);
    const startedMs = performance.now();
    const { page } = await visits.fresh();
    await connected(page, 2);
    expect(performance.now() - startedMs).toBeLessThan(8_000);
  });
});

function namesIn(signals: Signals): unknown[] {
  return messagesOf(signals, 'announce')
    .filter(({ event }) => event === 'started')
    .map(({ peer_id: name }) => name);
}

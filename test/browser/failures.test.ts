/** Whatever ends, stops or freezes in the middle: every asset arrives whole, or its fetch fails; never less. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunningHub } from '../../hub/index.ts';
import { launch, type RunningBrowser } from '../support/browser.ts';
import { freePort } from '../support/ports.ts';
import { digestInPage, sha256, startShoalSite, type ShoalSite } from '../support/shoal-site.ts';
import { startStandaloneHub } from '../support/standalone-hub.ts';
import {
  connected,
  digestsOf,
  expectEverything,
  freeze,
  lengthsOf,
  statsAfter,
  stopWorkers,
  visitsOf,
  type Visit,
} from '../support/visits.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'app.js': 'globalThis.app = true;\n'.repeat(100),
  'big.bin': randomBytes(6_000_000),
  'more/a.bin': randomBytes(300_000),
  'more/b.bin': randomBytes(200_000),
  'more/c.txt': 'c'.repeat(5_000),
  'empty.txt': '',
};
const big = { 'big.bin': files['big.bin'] };
const bigDigest = sha256(files['big.bin']);
const bigBytes = files['big.bin'].length;
const assets = Object.keys(files).filter((path) => path !== 'index.html');
const totalBytes = Object.entries(files)
  .filter(([path]) => path !== 'index.html')
  .reduce((sum, [, { length }]) => sum + length, 0);

let site: ShoalSite;
let browser: RunningBrowser;
let hubPort: number;
let hub: RunningHub | undefined;
let originIsDown = false;
const visits = visitsOf(
  () => site,
  () => browser,
);

beforeAll(async () => {
  hubPort = await freePort();
  site = await startShoalSite(files, {
    // Slow enough that there is a middle of the transfer.
    swarm: { uploadBytesPerSecond: 2_000_000 },
    hub: { url: `http://127.0.0.1:${hubPort}/` },
  });
  hub = await startStandaloneHub(site, hubPort);
  browser = await launch();
}, 120_000);

afterEach(async () => {
  await visits.closeAll();
  hub ??= await startStandaloneHub(site, hubPort);
  if (originIsDown) await startOrigin();
});

afterAll(async () => {
  await browser?.close();
  await hub?.close();
  await site?.close();
});

async function stopHub(): Promise<void> {
  await hub?.close();
  hub = undefined;
}

async function stopOrigin(): Promise<void> {
  originIsDown = true;
  await site.stop();
}

async function startOrigin(paceBytesPerSecond?: number): Promise<void> {
  await site.start(paceBytesPerSecond === undefined ? {} : { paceBytesPerSecond });
  originIsDown = paceBytesPerSecond !== undefined;
}

/** Somebody who has everything. */
async function seeder(): Promise<Visit> {
  const visit = await visits.fresh();
  await expectEverything(visit.page, files);
  return visit;
}

/** Somebody new who is connected to one that has everything. */
async function leecher(): Promise<Visit> {
  const visit = await visits.fresh();
  await connected(visit.page, 1);
  return visit;
}

/** Starts to fetch the large asset; resolves when the first of it has come through the swarm. */
async function begin({ page }: Visit): Promise<{ readonly digest: Promise<string> }> {
  const digest = digestsOf(page, ['/big.bin']).then((all) => all['/big.bin'] ?? 'nothing');
  await sleep(900);
  const isOver = await Promise.race([digest.then(() => true), sleep(0, false)]);
  expect(isOver).toBe(false);
  return { digest };
}

describe('the hub', () => {
  it('is down before the visit: everything comes over HTTP, and nobody waits for peers', async () => {
    await stopHub();
    const startedMs = performance.now();
    const { page } = await visits.fresh();
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    await expectEverything(page, files);
    expect((await statsAfter(page, files)).swarmBytes).toBe(0);
  });

  it('knows nobody else: everything comes over HTTP, once', async () => {
    site.forget();
    const { page, log } = await visits.fresh();
    await expectEverything(page, files);
    const { httpBytes, swarmBytes, discardedBytes, rejectedBytes } = await statsAfter(page, files);
    expect({ httpBytes, swarmBytes, discardedBytes, rejectedBytes }).toEqual({
      httpBytes: totalBytes,
      swarmBytes: 0,
      discardedBytes: 0,
      rejectedBytes: 0,
    });
    expect(site.served().filter(({ path }) => path === '/big.bin')).toHaveLength(1);
    expect(log.problems()).toEqual([]);
  });

  it('goes down after peers are connected: they go on without it', async () => {
    await seeder();
    const { page } = await leecher();
    await stopHub();
    site.forget();
    await expectEverything(page, files);
    expect((await statsAfter(page, files)).swarmBytes).toBeGreaterThan(0.9 * bigBytes);
  });
});

describe('the worker is stopped in mid-transfer', () => {
  it('[G8] from a peer: the fetch is right or fails, and the next one gets everything', async () => {
    await seeder();
    const visit = await leecher();
    const { digest } = await begin(visit);
    await stopWorkers(visit.page);
    const got = await digest;
    if (!got.startsWith('TypeError')) expect(got).toBe(bigDigest);
    await expectEverything(visit.page, files);
    await visit.page.reload();
    await expectEverything(visit.page, files);
  });

  it('[G8] from the origin: the fetch is right or fails, and the next one gets everything', async () => {
    const visit = await visits.fresh();
    await stopOrigin();
    await startOrigin(3_000_000);
    const { digest } = await begin(visit);
    await stopWorkers(visit.page);
    const got = await digest;
    if (!got.startsWith('TypeError')) expect(got).toBe(bigDigest);
    await expectEverything(visit.page, files);
    await stopOrigin();
  });

  it('[G8] while it hands over a body: never a success that is too short', async () => {
    const visit = await visits.fresh();
    expect(await digestInPage(visit.page, '/big.bin')).toBe(bigDigest);
    for (const afterMs of [5, 15, 30, 60]) {
      const lengths = lengthsOf(visit.page, '/big.bin', 6);
      await sleep(afterMs);
      await stopWorkers(visit.page);
      for (const length of await lengths) expect([-1, bigBytes]).toContain(length);
    }
    await expectEverything(visit.page, files);
  });
});

describe('the other side goes away', () => {
  it('the peer leaves in mid-transfer: HTTP brings what is missing', async () => {
    const other = await seeder();
    const visit = await leecher();
    const { digest } = await begin(visit);
    await other.visitor.close();
    expect(await digest).toBe(bigDigest);
    const { swarmBytes, httpBytes } = await statsAfter(visit.page, big);
    expect(swarmBytes).toBeGreaterThan(0);
    expect(httpBytes).toBeGreaterThan(0);
    expect(httpBytes).toBeLessThan(bigBytes);
    await expectEverything(visit.page, files);
  });

  it('the origin ends in mid-transfer: the peer brings the rest', async () => {
    await seeder();
    const visit = await leecher();
    const { digest } = await begin(visit);
    await stopOrigin();
    expect(await digest).toBe(bigDigest);
    expect((await statsAfter(visit.page, big)).httpBytes).toBe(0);
  });

  it('the origin has lost its files, and only knows its release: a new visitor gets them from the peer', async () => {
    await seeder();
    for (const path of assets) await rm(join(site.dir, path));
    try {
      const { page } = await leecher();
      await expectEverything(page, files);
      const { swarmBytes, httpBytes } = await statsAfter(page, files);
      expect({ swarmBytes, httpBytes }).toEqual({ swarmBytes: totalBytes, httpBytes: 0 });
    } finally {
      await site.release(files);
    }
  });
});

describe('the page that hosts the swarm', () => {
  it('is closed while another tab loads: the tab gets everything, and hosts the swarm next', async () => {
    await seeder();
    const host = await leecher();
    const tab = await visits.again(host.visitor);
    const { digest } = await begin(tab);
    await host.page.close();
    expect(await digest).toBe(bigDigest);
    await expectEverything(tab.page, files);
    await connected(tab.page, 1);
  });

  it('freezes while another tab loads: HTTP answers', async () => {
    await seeder();
    const host = await leecher();
    const tab = await visits.again(host.visitor);
    const { digest } = await begin(tab);
    await freeze(host.page);
    expect(await digest).toBe(bigDigest);
    const { swarmBytes, httpBytes } = await statsAfter(tab.page, big);
    expect(swarmBytes).toBeGreaterThan(0);
    expect(httpBytes).toBeGreaterThan(0);
    const startedMs = performance.now();
    await expectEverything(tab.page, files);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

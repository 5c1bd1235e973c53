/** The dashboard's figures: what pages say, what the hub adds up, and what the server itself counted. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../hub/api.ts';
import { parseSummary } from '../../hub/dashboard/parse.ts';
import type { ShoalStats } from '../../loader/api.ts';
import { launch, newVisitor, type RunningBrowser, type Visitor } from '../support/browser.ts';
import { lossesOf, recordDeliveries } from '../support/deliveries.ts';
import { ready, startShoalSite, stats, type ShoalSite } from '../support/shoal-site.ts';
import { wav } from '../support/wav.ts';

/** A page reports after five seconds at the latest. */
const beaconMs = 6_000;
/** Enough for several beacons at once: more than a browser takes of one page in one go. */
const smallFiles = Array.from({ length: 700 }, (_, index) => `small/${index}.txt`);

const html = `<!doctype html><title>site</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="plain/style.css"><script src="plain/app.js"></script><img src="plain/picture.svg" alt="">
<script src="/shoal.js" async></script>`;

const files: Record<string, string | Uint8Array> = {
  'index.html': html,
  'plain/style.css': `/* ${randomBytes(60_000).toString('hex')} */`,
  'plain/app.js': `globalThis.app = '${randomBytes(150_000).toString('hex')}';`,
  'plain/picture.svg': `<svg xmlns="http://www.w3.org/2000/svg"><desc>${randomBytes(50_000).toString('hex')}</desc></svg>`,
  'data/big.bin': randomBytes(2_500_000),
  'data/other.bin': randomBytes(700_001),
  'sound.wav': wav(30),
  ...Object.fromEntries(smallFiles.map((path, index) => [path, randomBytes(500 + 3 * index)])),
};
const fetched = Object.keys(files).filter((path) => path.startsWith('data/') || path.startsWith('small/'));
const plain = Object.keys(files).filter((path) => path.startsWith('plain/'));

let site: ShoalSite;
let browser: RunningBrowser;
const visitors: Visitor[] = [];
/** What each page view said of itself at its end. */
const views: ShoalStats[] = [];

beforeAll(async () => {
  site = await startShoalSite(files);
  browser = await launch();
}, 120_000);

afterAll(async () => {
  for (const visitor of visitors) await visitor.close();
  await browser?.close();
  await site?.close();
});

/** Somebody new. */
async function newcomer(): Promise<Visitor> {
  const visitor = await newVisitor({ isolated: 'context', browser });
  visitors.push(visitor);
  return visitor;
}

/** One page view, until all that happened in it has been counted by the page. */
async function view(visitor: Visitor, act: (page: Page) => Promise<void>): Promise<Page> {
  const { page, log } = await visitor.open();
  await recordDeliveries(page);
  await page.goto(`${site.origin}/`, { waitUntil: 'load' });
  expect(await ready(page)).toEqual({ worker: true, reason: '' });
  await act(page);
  views.push(await settled(page));
  expect(log.problems()).toEqual([]);
  return page;
}

/** The page's figures once they have not changed for a second: what the browser itself had loaded is told late. */
async function settled(page: Page): Promise<ShoalStats> {
  for (let before = await stats(page); ;) {
    await sleep(1_000);
    const now = await stats(page);
    if (sum(now) === sum(before)) return now;
    before = now;
  }
}

function sum({ httpBytes, swarmBytes, cacheBytes }: ShoalStats): number {
  return httpBytes + swarmBytes + cacheBytes;
}

async function getFiles(page: Page): Promise<void> {
  const received = await page.evaluate(async (paths) => {
    const queue = paths.values();
    let bytes = 0;
    const work = async (): Promise<void> => {
      for (const path of queue) {
        const body = await (await fetch(path)).arrayBuffer();
        bytes += body.byteLength;
      }
    };
    await Promise.all([work(), work(), work(), work(), work(), work()]);
    return bytes;
  }, fetched);
  expect(received).toBe(bytesOf(fetched));
}

function bytesOf(paths: readonly string[]): number {
  return paths.reduce((bytes, path) => bytes + (files[path]?.length ?? 0), 0);
}

/** Listens to the beginning and the end. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const audio = new Audio('/sound.wav');
    const event = (name: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        audio.addEventListener(name, resolve, { once: true });
        audio.addEventListener('error', () => reject(new Error(audio.error?.message)), { once: true });
      });
    const hasLength = event('loadedmetadata');
    audio.preload = 'auto';
    await hasLength;
    for (const place of [0.95, 0.4]) {
      const arrived = event('seeked');
      audio.currentTime = place * audio.duration;
      await arrived;
    }
  });
}

async function summary(): Promise<Summary> {
  const query = new URLSearchParams({ site: site.origin, range: '1h' });
  const response = await fetch(`${site.serving().hubUrl}api/summary?${query}`);
  expect(response.status).toBe(200);
  const parsed = parseSummary(await response.json());
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

function total(name: 'httpBytes' | 'swarmBytes' | 'cacheBytes' | 'discardedBytes' | 'rejectedBytes'): number {
  return views.reduce((bytes, view) => bytes + view[name], 0);
}

/** Waits until the hub has heard of everything, or for as long as that may take. */
async function heard(limitMs: number): Promise<Summary> {
  const untilMs = Date.now() + limitMs;
  for (;;) {
    const now = await summary();
    const { http, swarm, cache } = now.bytes;
    const all = total('httpBytes') + total('swarmBytes') + total('cacheBytes');
    if (http + swarm + cache >= all || Date.now() > untilMs) return now;
    await sleep(200);
  }
}

/** Body bytes of files of the release that the server sent. */
function servedBytes(): number {
  return site
    .served()
    .filter(({ path }) => path.slice(1) in files && path !== '/index.html')
    .reduce((bytes, request) => bytes + request.bytes, 0);
}

describe('the figures of three visitors', () => {
  it('come from a first visit, a visit among peers, a repeat visit and a sound', async () => {
    const first = await newcomer();
    const firstPage = await view(first, getFiles);
    expect(views[0]).toMatchObject({ visit: 'first', swarmBytes: 0, cacheBytes: 0 });

    const among = await view(await newcomer(), getFiles);
    expect(views[1]?.swarmBytes, await lossesOf(among)).toBeGreaterThan(views[1]?.httpBytes ?? Infinity);

    await firstPage.close();
    await view(first, async (page) => {
      await getFiles(page);
      await page.evaluate(async () => {
        for (const range of ['bytes=0-99', 'bytes=700000-']) {
          await (await fetch('/data/other.bin', { headers: { range } })).arrayBuffer();
        }
      });
    });
    expect(views[2]).toMatchObject({ visit: 'repeat', httpBytes: 0, swarmBytes: 0 });
    // Everything, those that the page itself names too, and the two parts.
    expect(views[2]?.cacheBytes).toBe(bytesOf(fetched) + bytesOf(plain) + 101);

    await view(await newcomer(), listen);
    const again = await view(await newcomer(), listen);
    expect(views[4]?.swarmBytes, await lossesOf(again)).toBeGreaterThan(1_000_000);
  }, 120_000);

  it('are at the hub within six seconds, as the pages have them', async () => {
    const { bytes, visitors: loads } = await heard(beaconMs);
    expect(bytes).toEqual({
      http: total('httpBytes'),
      swarm: total('swarmBytes'),
      cache: total('cacheBytes'),
      discarded: total('discardedBytes'),
      rejected: 0,
    });
    expect(loads).toMatchObject({ first: 4, repeat: 1, total: 5 });
  });

  it('agree with what the server counted', async () => {
    const { bytes, origin, offloadRatio } = await summary();
    const served = servedBytes();
    console.log(`the pages say ${bytes.http} bytes, the server ${served}; ${bytes.swarm} from peers`);
    expect(origin?.assetBytes).toBe(served);
    expect(Math.abs(bytes.http - served) / served).toBeLessThan(0.02);
    expect(offloadRatio).toBeCloseTo((bytes.swarm - bytes.discarded) / (bytes.swarm + bytes.http), 6);
  });

  it('are sent when a page goes away before its time', async () => {
    const { page } = await (await newcomer()).open(`${site.origin}/`);
    await ready(page);
    views.push(await settled(page));
    const before = await heard(beaconMs);
    await page.evaluate(async () => (await fetch('/data/other.bin')).arrayBuffer());
    const expected = files['data/other.bin']?.length ?? 0;
    await page.waitForFunction(
      (bytes) => (window.shoal?.stats().httpBytes ?? 0) + (window.shoal?.stats().swarmBytes ?? 0) >= bytes,
      {},
      expected,
    );
    await page.goto('about:blank');
    await sleep(1_500);
    const { bytes } = await summary();
    const more = bytes.http + bytes.swarm - before.bytes.http - before.bytes.swarm;
    expect(more).toBe(expected);
  }, 30_000);
});

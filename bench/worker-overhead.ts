/** What a small asset costs with and without a worker, the first time and again. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer';
import type {} from '../loader/api.ts';
import { launchChromium } from '../scripts/launch-browser.ts';
import { bench } from './bench.ts';
import { browserVersion } from './browser-version.ts';
import { htmlPage } from './page-scripts.ts';
import type { Measured } from './result.ts';
import { newSite, type BenchSite, type Files } from './site.ts';
import { median, medianAndSpread, quantile } from './statistics.ts';
import { cacheFirstWorker, passThroughWorker, precachingWorker, registering } from './workers.ts';

const ways = [
  'no worker',
  'a worker that passes on',
  'a worker, cache first',
  'workbox-precaching',
  'Shoal',
] as const;
type Way = (typeof ways)[number];
const times = ['first', 'again'] as const;

/** A page, its worker and its swarm have done their own start by then; what is kept has been written. */
const quietMs = 2_000;
const controlTimeoutMs = 15_000;

interface Visit {
  readonly way: Way;
  readonly time: (typeof times)[number];
  /** Of each asset, one after the other. */
  readonly assetMs: readonly number[];
  /** Of as many assets, all at once. */
  readonly allAtOnceMs: number;
}

export const workerOverhead = bench({
  name: 'worker',
  title: 'What a worker costs per asset',
  drawn: ['over no worker, ms'],
  options: {
    assets: {
      default: 50,
      min: 2,
      max: 1_000,
      help: 'small assets one after the other; as many again at once',
    },
    bytes: { default: 4_096, min: 1, max: 1_000_000, help: 'size of each' },
    runs: { default: 5, min: 1, max: 50, help: 'new visitors each way, interleaved' },
  },
  run: async ({ assets, bytes, runs }, say): Promise<Measured> => {
    const site = await newSite(await filesOf(assets, bytes));
    const serving = await site.start(0);
    const { browser, close } = await launchChromium();
    const visits: Visit[] = [];
    try {
      for (let run = 0; run < runs; run++) {
        for (const way of ways) visits.push(...(await visitTwice(browser, site, way, assets)));
        say(`run ${run + 1} of ${runs}`);
      }
    } finally {
      await close();
      await serving.close();
      site.remove();
    }
    return {
      tables: [tableOf(visits, { assets, bytes, runs })],
      notes: [
        'Assets have a fingerprint in their name and are served as immutable, so that without a worker the browser’s own ' +
          'HTTP cache answers again: the best case there is. The first two workers are ten lines each, ' +
          'the least that a worker of their kind does. `workbox-precaching` has fetched every asset before it takes the page over, ' +
          'so it answers from its cache the first time, too. None but Shoal verifies anything.',
        'Shoal is alone here, with its swarm on: first is HTTP through the worker, again is its verified cache.',
      ],
      samples: visits.flatMap(({ way, time, assetMs, allAtOnceMs }, visit) => [
        { visit, way, time, allAtOnceMs },
        ...assetMs.map((ms, asset) => ({ visit, way, time, asset, ms })),
      ]),
      browser: await browserVersion(),
    };
  },
});

async function filesOf(assets: number, bytes: number): Promise<Files> {
  const paths = pathsOf(assets);
  const files: Record<string, string | Uint8Array> = {
    'none.html': htmlPage(''),
    'pass.html': htmlPage(registering('/pass-worker.js')),
    'cache.html': htmlPage(registering('/cache-worker.js')),
    'shoal.html': htmlPage('<script src="/shoal.js" async></script>'),
    'precache.html': htmlPage(registering('/precaching-worker.js')),
    'pass-worker.js': passThroughWorker,
    'cache-worker.js': cacheFirstWorker,
    'precaching-worker.js': await precachingWorker(paths),
  };
  for (const path of paths) files[path.slice(1)] = randomBytes(bytes);
  return files;
}

/** So many for one after the other, and as many for all at once. */
function pathsOf(assets: number): string[] {
  return Array.from({ length: 2 * assets }, (_, i) => `/assets/a-${(0xbe4c0000 + i).toString(16)}.bin`);
}

async function visitTwice(browser: Browser, site: BenchSite, way: Way, assets: number): Promise<Visit[]> {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.goto(site.origin + addressOf(way), { waitUntil: 'load' });
    await page.waitForFunction(
      (wanted) => (navigator.serviceWorker.controller !== null) === wanted,
      {
        timeout: controlTimeoutMs,
      },
      way !== 'no worker',
    );
    if (way === 'Shoal') await page.evaluate(async () => window.shoal?.ready);
    const visits: Visit[] = [];
    for (const time of times) {
      await sleep(quietMs);
      visits.push({ way, time, ...(await fetchAll(page, assets)) });
    }
    if (way === 'Shoal') await requireCached(page, assets);
    return visits;
  } finally {
    await context.close();
  }
}

function addressOf(way: Way): string {
  switch (way) {
    case 'no worker':
      return '/none.html';
    case 'a worker that passes on':
      return '/pass.html';
    case 'a worker, cache first':
      return '/cache.html';
    case 'workbox-precaching':
      return '/precache.html';
    case 'Shoal':
      return '/shoal.html';
  }
}

function fetchAll(page: Page, assets: number): Promise<Pick<Visit, 'assetMs' | 'allAtOnceMs'>> {
  const paths = pathsOf(assets);
  return page.evaluate(
    async (inTurn, atOnce) => {
      const get = async (path: string): Promise<number> => {
        const startMs = performance.now();
        const response = await fetch(path);
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`${path}: ${response.status}`);
        return performance.now() - startMs;
      };
      const assetMs: number[] = [];
      for (const path of inTurn) assetMs.push(await get(path));
      const startMs = performance.now();
      await Promise.all(atOnce.map(get));
      return { assetMs, allAtOnceMs: performance.now() - startMs };
    },
    paths.slice(0, assets),
    paths.slice(assets),
  );
}

/** Otherwise "again" would be something else than it says. */
async function requireCached(page: Page, assets: number): Promise<void> {
  await page
    .waitForFunction(
      () => {
        const stats = window.shoal?.stats();
        return stats !== undefined && stats.cacheBytes > 0 && stats.cacheBytes >= stats.httpBytes;
      },
      { timeout: 5_000 },
    )
    .catch(() => {
      throw new Error(`the second time, the ${2 * assets} assets did not all come from the verified cache`);
    });
}

function tableOf(
  visits: readonly Visit[],
  { assets, bytes, runs }: { readonly assets: number; readonly bytes: number; readonly runs: number },
): Measured['tables'][number] {
  const rows = times.flatMap((time) => {
    const of = (way: Way): readonly Visit[] =>
      visits.filter((visit) => visit.way === way && visit.time === time);
    const perAsset = (way: Way): number => median(of(way).flatMap(({ assetMs }) => assetMs));
    return ways.map((way) => {
      const all = of(way).flatMap(({ assetMs }) => assetMs);
      return [
        `${way}, ${time}`,
        perAsset(way).toFixed(2),
        quantile(all, 0.95).toFixed(2),
        (perAsset(way) - perAsset('no worker')).toFixed(2),
        medianAndSpread(
          of(way).map(({ allAtOnceMs }) => allAtOnceMs),
          0,
        ),
      ];
    });
  });
  return {
    title: `${assets} assets of ${bytes} bytes, ${runs} new visitors each way; medians (smallest - largest)`,
    columns: ['', 'one asset, ms', '95th percentile, ms', 'over no worker, ms', `${assets} at once, ms`],
    rows,
  };
}

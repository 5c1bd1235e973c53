/** What a page's load costs when peers are of no use, beside the same page without Shoal. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Browser, BrowserContext, Page } from 'puppeteer';
import type {} from '../loader/api.ts';
import { keptCacheName } from '../protocol/kept.ts';
import { launchChromium } from '../scripts/launch-browser.ts';
import { bench } from './bench.ts';
import { browserVersion } from './browser-version.ts';
import { htmlPage } from './page-scripts.ts';
import type { Measured, Table } from './result.ts';
import { localSwarm, newSite, type BenchSite, type Files, type SiteSettings } from './site.ts';
import { quantile } from './statistics.ts';

interface Weather {
  readonly name: string;
  /** Visitors who have everything. */
  readonly peers: number;
  /** What each of them gives at most; 0: no limit. */
  readonly uploadBytesPerSecond?: number;
  readonly isTrackerSilent?: true;
}

const weathers: readonly Weather[] = [
  { name: 'nobody else is there', peers: 0 },
  { name: 'the tracker accepts and says nothing', peers: 0, isTrackerSilent: true },
  { name: 'peers that give nothing', peers: 2, uploadBytesPerSecond: 1 },
  { name: 'only slow peers, 64 KiB/s', peers: 2, uploadBytesPerSecond: 64 * 1024 },
  { name: 'good peers', peers: 2, uploadBytesPerSecond: 0 },
];
const times = ['first', 'again'] as const;
const pictures = 8;
/** Side of a picture without compression, three bytes each. */
const side = 256;
const scriptBytes = 100_000;
const loadTimeoutMs = 60_000;

interface Load {
  readonly weather: string;
  readonly way: 'plain HTTP' | 'Shoal';
  readonly time: (typeof times)[number];
  readonly ms: number;
}

export const harm = bench({
  name: 'harm',
  title: 'A page’s load when peers are of no use',
  drawn: ['ratio, p95'],
  options: {
    visitors: { default: 20, min: 2, max: 500, help: 'new visitors each way and weather, interleaved' },
    pace: { default: 5_000_000, min: 10_000, max: 1_000_000_000, help: "the origin's bytes per second" },
  },
  run: async ({ visitors, pace }, say): Promise<Measured> => {
    const loads: Load[] = [];
    for (const weather of weathers) {
      loads.push(...(await loadsIn(weather, visitors, pace)));
      say(`${weather.name}: done`);
    }
    return {
      tables: [tableOf(loads, visitors, pace)],
      notes: [
        'From the start of the navigation to the load event. A visitor’s worker and another tab of theirs, which hosts the swarm, are there already and connected; ' +
          'of the page nothing is kept, and the browser’s own cache is empty. "First" is the first page that a visitor’s worker answers, when it does not know yet what peers are worth, ' +
          '"again" the same page once more, with nothing kept.',
      ],
      samples: loads.map((load) => ({ ...load })),
      browser: await browserVersion(),
    };
  },
});

async function loadsIn(weather: Weather, visitors: number, pace: number): Promise<Load[]> {
  const tracker = weather.isTrackerSilent === true ? await silentServer() : undefined;
  const { uploadBytesPerSecond = 0 } = weather;
  const settings: SiteSettings = {
    swarm: { ...localSwarm, uploadBytesPerSecond },
    ...(tracker !== undefined && { hub: { url: `http://127.0.0.1:${tracker.port}/` } }),
  };
  const site = await newSite(files(), settings);
  const serving = await site.start(pace);
  const { browser, close } = await launchChromium();
  try {
    for (let i = 0; i < weather.peers; i++) await seed(browser, site);
    const loads: Load[] = [];
    for (let i = 0; i < visitors; i++) {
      const plain = async (): Promise<void> => {
        const ms = await inContext(browser, (context) => timed(context, `${site.origin}/plain.html`));
        for (const time of times) loads.push({ weather: weather.name, way: 'plain HTTP', time, ms });
      };
      const shoal = async (): Promise<void> => {
        const both = await inContext(browser, (context) => visitTwice(context, site, weather));
        both.forEach((ms, at) => {
          const time = times[at];
          if (time !== undefined) loads.push({ weather: weather.name, way: 'Shoal', time, ms });
        });
      };
      for (const load of i % 2 === 0 ? [plain, shoal] : [shoal, plain]) await load();
    }
    return loads;
  } finally {
    await close();
    await serving.close();
    await tracker?.close();
    site.remove();
  }
}

function files(): Files {
  const names = Array.from({ length: pictures }, (_, i) => `picture-${i}.bmp`);
  const body = ['<script src="/app.js" defer></script>', ...names.map((name) => `<img src="/${name}">`)].join(
    '',
  );
  return {
    'host.html': htmlPage('<script src="/shoal.js" async></script>'),
    'page.html': htmlPage(`<script src="/shoal.js" async></script>${body}`),
    'plain.html': htmlPage(body),
    'app.js': `globalThis.app = '${randomBytes(scriptBytes / 2).toString('hex')}';\n`,
    ...Object.fromEntries(names.map((name) => [name, picture()])),
  };
}

/** A bitmap: the one format that is as large as its pixels, and shown. */
function picture(): Uint8Array {
  const head = Buffer.alloc(54);
  head.write('BM');
  head.writeUInt32LE(54 + side * side * 3, 2);
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(side, 18);
  head.writeInt32LE(side, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, randomBytes(side * side * 3)]);
}

/** Somebody who has everything and stays. */
async function seed(browser: Browser, site: BenchSite): Promise<void> {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.goto(`${site.origin}/page.html`, { waitUntil: 'load' });
  await page.evaluate(async () => window.shoal?.ready);
  await page.waitForFunction(
    async (cacheName, least) => (await (await caches.open(cacheName)).keys()).length >= least,
    { polling: 100, timeout: loadTimeoutMs },
    keptCacheName,
    pictures + 1,
  );
}

async function visitTwice(context: BrowserContext, site: BenchSite, weather: Weather): Promise<number[]> {
  const host = await context.newPage();
  await host.goto(`${site.origin}/host.html`, { waitUntil: 'load' });
  await host.evaluate(async () => window.shoal?.ready);
  await host.waitForFunction(
    (least) => (window.shoal?.stats().peers ?? 0) >= least,
    { polling: 50, timeout: loadTimeoutMs },
    weather.peers,
  );
  const ms: number[] = [];
  for (let i = 0; i < times.length; i++) {
    ms.push(await timed(context, `${site.origin}/page.html`));
    await host.evaluate((cacheName) => caches.delete(cacheName), keptCacheName);
  }
  return ms;
}

/** A new tab that loads the page, until its load event. */
async function timed(context: BrowserContext, url: string): Promise<number> {
  const page: Page = await context.newPage();
  try {
    await page.goto(url, { waitUntil: 'load', timeout: loadTimeoutMs });
    return await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation');
      const complete = [...document.images].every((image) => image.naturalWidth > 0);
      if (!complete || !('app' in globalThis)) throw new Error('the page did not load whole');
      return navigation instanceof PerformanceNavigationTiming ? navigation.loadEventStart : NaN;
    });
  } finally {
    await page.close();
  }
}

async function inContext<T>(browser: Browser, act: (context: BrowserContext) => Promise<T>): Promise<T> {
  const context = await browser.createBrowserContext();
  try {
    return await act(context);
  } finally {
    await context.close();
  }
}

/** Takes connections and never answers. */
async function silentServer(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric port');
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: address.port, close };
}

function tableOf(loads: readonly Load[], visitors: number, pace: number): Table {
  const of = (weather: string, way: Load['way'], time: Load['time']): number[] =>
    loads
      .filter((load) => load.weather === weather && load.way === way && load.time === time)
      .map(({ ms }) => ms);
  const rows = weathers.flatMap(({ name }) =>
    times.map((time) => {
      const shoal = of(name, 'Shoal', time);
      const plain = of(name, 'plain HTTP', time);
      const at = (q: number): string[] => [
        quantile(plain, q).toFixed(0),
        quantile(shoal, q).toFixed(0),
        (quantile(shoal, q) / quantile(plain, q)).toFixed(2),
      ];
      return [`${name}, ${time}`, ...at(0.5), ...at(0.95)];
    }),
  );
  const bytes = pictures * side * side * 3 + scriptBytes;
  return {
    title: `${(bytes / 1e6).toFixed(1)} MB in ${pictures + 1} assets, origin ${pace / 1e6} MB/s, ${visitors} new visitors each way`,
    columns: [
      '',
      'plain, median ms',
      'Shoal, median ms',
      'ratio',
      'plain, p95 ms',
      'Shoal, p95 ms',
      'ratio, p95',
    ],
    rows,
  };
}

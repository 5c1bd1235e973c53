/** How long a release takes to reach pages that stay open, and what the origin is asked meanwhile. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { documentsCacheName } from '../protocol/kept.ts';
import { launchChromium } from '../scripts/launch-browser.ts';
import { bench } from './bench.ts';
import { browserVersion } from './browser-version.ts';
import type { Measured } from './result.ts';
import { newSite, type BenchSite } from './site.ts';
import { median, medianAndSpread, quantile } from './statistics.ts';

const html =
  '<!doctype html><title>release</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>' +
  '<script src="/app.js" defer></script>';
const assetBytes = 100_000;
/** A page that has not heard by then fails the run. */
const hearTimeoutMs = 60_000;

interface Round {
  /** From the start of the navigation of the one who loads it, by page. */
  readonly heardMs: readonly number[];
  /** Requests to the origin until all had heard. */
  readonly heads: number;
  readonly releases: number;
  /** Documents that the others asked the origin for when they navigated afterwards. */
  readonly laterReleases: number;
}

export const release = bench({
  name: 'release',
  title: 'A release reaches pages that stay open',
  options: {
    pages: { default: 20, min: 2, max: 100, help: 'pages that are open, each of a visitor of its own' },
    rounds: { default: 5, min: 1, max: 50, help: 'releases' },
  },
  run: async ({ pages, rounds }, say): Promise<Measured> => {
    const site = await newSite({ 'index.html': html, 'app.js': script() });
    const serving = await site.start(0);
    const asked: string[] = [];
    serving.onServed(({ path }) => asked.push(path));
    const { browser, close } = await launchChromium();
    try {
      const open: Page[] = [];
      for (let i = 0; i < pages; i++) open.push(await visit(browser, site.origin));
      const measured: Round[] = [];
      for (let round = 0; round < rounds; round++) {
        measured.push(await releaseOnce(site, open, asked));
        say(`release ${round + 1}: median ${median(measured.at(-1)?.heardMs ?? []).toFixed(0)} ms`);
      }
      return { ...result(measured, pages), browser: await browserVersion() };
    } finally {
      await close();
      await serving.close();
      site.remove();
    }
  },
});

async function releaseOnce(site: BenchSite, pages: readonly Page[], asked: string[]): Promise<Round> {
  const [first, ...others] = pages;
  if (first === undefined) throw new Error('there are at least two pages');
  await writeFile(join(site.dir, 'app.js'), script());
  await site.publish();
  const key = `release/${await newestRelease(site)}`;
  const heard = others.map((page) => hears(page, key));
  asked.length = 0;
  const startedMs = Date.now();
  await first.reload();
  const heardMs = (await Promise.all(heard)).map((atMs) => atMs - startedMs);
  const heads = count(asked, '/shoal/head.json');
  const releases = count(asked, '/shoal/release/');
  asked.length = 0;
  for (const page of others) await page.reload();
  await connected(pages);
  return { heardMs, heads, releases, laterReleases: count(asked, '/shoal/release/') };
}

/** Resolves to the moment at which the page's browser has the document. */
function hears(page: Page, key: string): Promise<number> {
  return page.evaluate(
    async (name, end, timeoutMs) => {
      const untilMs = Date.now() + timeoutMs;
      const cache = await caches.open(name);
      while (Date.now() < untilMs) {
        if ((await cache.keys()).some(({ url }) => url.endsWith(end))) return Date.now();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('a page has not heard of the release');
    },
    documentsCacheName,
    key,
    hearTimeoutMs,
  );
}

async function visit(browser: Browser, origin: string): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.goto(origin, { waitUntil: 'load' });
  await page.waitForFunction(() => window.shoal !== undefined);
  await page.evaluate(() => window.shoal?.ready);
  return page;
}

async function connected(pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    await page.waitForFunction(() => (window.shoal?.stats().peers ?? 0) > 0, { polling: 50 });
  }
}

async function newestRelease(site: BenchSite): Promise<string> {
  const head = await readFile(join(site.dir, 'shoal/head.json'), 'utf8');
  const [, sha256] = /"release":\{[^}]*"sha256":"([0-9a-f]{64})"/.exec(head) ?? [];
  if (sha256 === undefined) throw new Error('the head names a release');
  return sha256;
}

function count(asked: readonly string[], prefix: string): number {
  return asked.filter((path) => path.startsWith(prefix)).length;
}

function script(): string {
  return `// ${randomBytes(assetBytes / 2).toString('hex')}\n`;
}

function result(rounds: readonly Round[], pages: number): Omit<Measured, 'browser'> {
  const all = rounds.flatMap(({ heardMs }) => heardMs);
  const last = rounds.map(({ heardMs }) => Math.max(...heardMs));
  const row = (name: string, values: readonly number[]): string[] => [name, medianAndSpread(values, 0)];
  return {
    tables: [
      {
        title: `${pages} open pages, ${rounds.length} releases, one page loads each; median (smallest - largest)`,
        columns: ['', ''],
        rows: [
          row('a page has heard, ms after the one navigates', all),
          ['95th percentile, ms', quantile(all, 0.95).toFixed(0)],
          row('the last page has heard, ms', last),
          row(
            'requests to the origin for the head until then',
            rounds.map(({ heads }) => heads),
          ),
          row(
            'requests to the origin for the release until then',
            rounds.map(({ releases }) => releases),
          ),
          row(
            'for the release when all others navigate afterwards',
            rounds.map(({ laterReleases }) => laterReleases),
          ),
        ],
      },
    ],
    notes: [
      'Heard: the release, judged by the worker, is among the documents of the page. All on one machine and in one browser, a context for each visitor. ' +
        'A page that does not hear asks the origin for the head and the release at its next navigation.',
    ],
    samples: rounds.flatMap(({ heardMs, ...requests }, round) =>
      heardMs.map((ms) => ({ round, heardMs: ms, ...requests })),
    ),
  };
}

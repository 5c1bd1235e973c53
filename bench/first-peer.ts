/** From joining to the first open data channel, with one other visitor there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer';
import type {} from './pages/connection-times.ts';
import type {} from './pages/outcome.ts';
import { launchChromium } from '../scripts/launch-browser.ts';
import { bench } from './bench.ts';
import { browserVersion } from './browser-version.ts';
import { stockAddress } from './crowd-load.ts';
import { pageScript } from './page-scripts.ts';
import { newPayloadSite } from './payload.ts';
import type { Measured } from './result.ts';
import { startSilentStun } from './silent-stun.ts';
import { localSwarm } from './site.ts';
import { median, medianAndSpread, quantile } from './statistics.ts';

const payloadBytes = 256 * 1024;
/** A join that takes longer is given up, and fails the run. */
const openTimeoutMs = 30_000;
/** Visitors do not come while the one before still leaves. */
const betweenMs = 300;

const libraries = ['Shoal', 'WebTorrent'] as const;
const stunKinds = ['no STUN server', 'a STUN server that does not answer'] as const;

interface Join {
  readonly library: (typeof libraries)[number];
  readonly stun: (typeof stunKinds)[number];
  /** From the first WebSocket to the first open channel. */
  readonly openMs: number;
  /** From the start of the navigation to the same moment. */
  readonly sinceNavigationMs: number;
}

export const firstPeer = bench({
  name: 'first-peer',
  title: 'From joining to the first open connection',
  drawn: ['join to open, ms'],
  options: {
    joins: { default: 10, min: 1, max: 100, help: 'how often somebody joins, each way' },
  },
  run: async ({ joins }, say): Promise<Measured> => {
    const watcher = await pageScript('connection-times');
    const measured: Join[] = [];
    const notes: string[] = [];
    for (const stun of stunKinds) {
      const silent = await startSilentStun();
      try {
        const ice = stun === 'no STUN server' ? '' : silent.url;
        for (const library of libraries) {
          const times = await joinTimes({ library, ice, joins, watcher });
          for (const time of times) measured.push({ library, stun, ...time });
          const open = times.map(({ openMs }) => openMs);
          say(`${library}, ${stun}: median ${median(open).toFixed(0)} ms`);
        }
        if (ice !== '') notes.push(`The silent STUN server was asked ${silent.asked()} times.`);
      } finally {
        silent.close();
      }
    }
    return {
      tables: [tableOf(measured, joins)],
      notes: [
        'Joining is the moment at which the page makes its WebSocket to the tracker; hooks around WebSocket and ' +
          'RTCPeerConnection take the times, the same for both libraries. Both use the same hub as tracker, all on one machine.',
        ...notes,
      ],
      samples: measured.map((join) => ({ ...join })),
      browser: await browserVersion(),
    };
  },
});

interface Way {
  readonly library: Join['library'];
  readonly ice: string;
  readonly joins: number;
  readonly watcher: string;
}

async function joinTimes({ library, ice, joins, watcher }: Way): Promise<Omit<Join, 'library' | 'stun'>[]> {
  const iceServers = ice === '' ? [] : [{ urls: ice }];
  const site = await newPayloadSite(payloadBytes, 1, { ...localSwarm, iceServers });
  const serving = await site.start(0);
  const { browser, close } = await launchChromium();
  try {
    const url =
      library === 'Shoal'
        ? `${site.origin}/shoal.html?assets=1`
        : stockAddress(site, serving, { strategy: 'sequential', ice });
    const host = await visit(browser, url, watcher);
    await host.evaluate(() => window.outcome);
    // The first one has nobody to connect to; it stays for the others.
    await sleep(2_000);
    const times: Omit<Join, 'library' | 'stun'>[] = [];
    for (let join = 0; join < joins; join++) {
      times.push(await joinOnce(browser, url, watcher));
      await sleep(betweenMs);
    }
    return times;
  } finally {
    await close();
    await serving.close();
    site.remove();
  }
}

async function joinOnce(
  browser: Browser,
  url: string,
  watcher: string,
): Promise<Omit<Join, 'library' | 'stun'>> {
  const page = await visit(browser, url, watcher);
  try {
    await page.waitForFunction(() => window.connectionTimes?.openMs !== undefined, {
      timeout: openTimeoutMs,
      polling: 50,
    });
    const { joinMs = NaN, openMs = NaN } = await page.evaluate(() => ({ ...window.connectionTimes }));
    if (!Number.isFinite(openMs - joinMs)) throw new Error('a channel was open before the page had joined');
    return { openMs: openMs - joinMs, sinceNavigationMs: openMs };
  } finally {
    await page.browserContext().close();
  }
}

async function visit(browser: Browser, url: string, watcher: string): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.evaluateOnNewDocument(watcher);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return page;
}

function tableOf(measured: readonly Join[], joins: number): Measured['tables'][number] {
  const rows = stunKinds.flatMap((stun) =>
    libraries.map((library) => {
      const own = measured.filter((join) => join.library === library && join.stun === stun);
      const open = own.map(({ openMs }) => openMs);
      const all = own.map(({ sinceNavigationMs }) => sinceNavigationMs);
      return [
        `${library}, ${stun}`,
        medianAndSpread(open, 0),
        quantile(open, 0.95).toFixed(0),
        medianAndSpread(all, 0),
      ];
    }),
  );
  return {
    title: `One visitor there, ${joins} others join one after the other; median (smallest - largest)`,
    columns: ['', 'join to open, ms', '95th percentile, ms', 'navigation to open, ms'],
    rows,
  };
}

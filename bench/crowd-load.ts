/** One crowd: so many new visitors load the payload in one way. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import type { Serving } from '../publisher/index.ts';
import { launchChromium } from '../scripts/launch-browser.ts';
import { cpuSecondsOfTree } from './cpu.ts';
import type { Outcome } from './pages/outcome.ts';
import { payloadBytesOf, type PayloadSite } from './payload.ts';

export const ways = ['plain HTTP', 'Shoal', 'WebTorrent, default', 'WebTorrent, rarest first'] as const;
export type Way = (typeof ways)[number];

export interface CrowdSettings {
  readonly pages: number;
  /** Between the starts of two pages. */
  readonly spacingMs: number;
  readonly payloadBytes: number;
  readonly paceBytesPerSecond: number;
}

export interface CrowdLoad {
  /** Pages that had all bytes in time. */
  readonly outcomes: readonly Outcome[];
  /** Why the others had not. */
  readonly problems: readonly string[];
  /** Body bytes of the payload that left the origin. */
  readonly originPayloadBytes: number;
  /** Body bytes of everything else: pages, scripts, signed documents. */
  readonly originOtherBytes: number;
  /** CPU of all the browser's processes from the first visit to the last byte. */
  readonly cpuSeconds: number | undefined;
}

/** The browser has done its own start by then. */
const quietMs = 1_000;

/** A fresh browser, a hub that has seen nobody, a context of its own for each page. */
export async function loadOnce(site: PayloadSite, way: Way, settings: CrowdSettings): Promise<CrowdLoad> {
  const serving = await site.start(settings.paceBytesPerSecond);
  const running = await launchChromium();
  try {
    const { browser } = running;
    const url = addressOf(site, way, serving);
    const pages: Page[] = [];
    for (let i = 0; i < settings.pages; i++) {
      pages.push(await (await browser.createBrowserContext()).newPage());
    }
    await sleep(quietMs);
    const pid = browser.process()?.pid;
    const before = await cpuSecondsOfTree(pid);
    const visits = await Promise.allSettled(pages.map((page, i) => visit(page, url, i, settings)));
    const after = await cpuSecondsOfTree(pid);
    const counts = serving.originCounts();
    const originPayloadBytes = payloadBytesOf(counts);
    return {
      outcomes: visits.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
      problems: visits.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : [])),
      originPayloadBytes,
      originOtherBytes: counts.bytes - originPayloadBytes,
      cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
    };
  } finally {
    await running.close();
    await serving.close();
  }
}

async function visit(page: Page, url: string, index: number, settings: CrowdSettings): Promise<Outcome> {
  await sleep(index * settings.spacingMs);
  // Twice as long as the origin alone would need for everybody, and a minute.
  const allFromOriginMs = (1000 * settings.pages * settings.payloadBytes) / settings.paceBytesPerSecond;
  return load(page, url, settings.payloadBytes, 2 * allFromOriginMs + 60_000);
}

/** Opens the page and waits for all bytes. @throws Error where they do not all come in time. */
export async function load(
  page: Page,
  url: string,
  payloadBytes: number,
  timeoutMs: number,
): Promise<Outcome> {
  const late = new AbortController();
  const deadline = sleep(timeoutMs, undefined, { signal: late.signal }).then(() => {
    throw new Error('not all bytes in time');
  });
  try {
    const outcome = await Promise.race([loaded(page, url), deadline]);
    if (outcome.bytes !== payloadBytes) throw new Error(`${outcome.bytes} bytes arrived`);
    return outcome;
  } finally {
    late.abort();
    deadline.catch(() => undefined);
  }
}

async function loaded(page: Page, url: string): Promise<Outcome> {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return page.evaluate(() => {
    if (window.outcome === undefined) throw new Error('the page has no outcome');
    return window.outcome;
  });
}

/** Where a visitor goes. */
export function addressOf(site: PayloadSite, way: Way, serving: Pick<Serving, 'hubUrl'>): string {
  switch (way) {
    case 'plain HTTP':
      return `${site.origin}/plain.html?assets=${site.assets}`;
    case 'Shoal':
      return `${site.origin}/shoal.html?assets=${site.assets}`;
    case 'WebTorrent, default':
      return stockAddress(site, serving, { strategy: 'sequential' });
    case 'WebTorrent, rarest first':
      return stockAddress(site, serving, { strategy: 'rarest' });
  }
}

/**
 * A pack is an ordinary torrent, so the stock client gets the very same: the same pieces, and the hub as tracker,
 * which knows its infohash from the release.
 */
export function stockAddress(
  site: PayloadSite,
  serving: Pick<Serving, 'hubUrl'>,
  { strategy, ice = '' }: { readonly strategy: 'sequential' | 'rarest'; readonly ice?: string },
): string {
  const query = new URLSearchParams({
    torrent: site.torrent,
    tracker: `${serving.hubUrl.replace(/^http/, 'ws')}announce`,
    strategy,
    ice,
  });
  return `${site.origin}/stock.html?${query.toString()}`;
}

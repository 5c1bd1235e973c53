/** Visitors in real browsers: each has storage of its own, as if on another machine. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BrowserContext, Page } from 'puppeteer';
import { type LaunchOptions, launchChromium, type RunningBrowser } from '../../scripts/launch-browser.ts';
import { root } from '../../scripts/root.ts';
import { type PageLog, recordPage } from './page-log.ts';

export {
  launchChromium as launch,
  launchFirefox,
  type LaunchOptions,
  type RunningBrowser,
} from '../../scripts/launch-browser.ts';

/** A page of a visitor, and everything that went wrong on it since it was opened. */
export interface VisitedPage {
  readonly page: Page;
  readonly log: PageLog;
  /** Saves what is seen as `build/screenshots/<name>.png`; resolves to the path. */
  readonly screenshot: (name: string) => Promise<string>;
}

/** Somebody with a browser. Closing it is like closing the whole browser. */
export interface Visitor {
  /** Opens a page; with a URL, resolves after its `load` event. */
  readonly open: (url?: string) => Promise<VisitedPage>;
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

/** Where a visitor lives; a `context` needs the browser that it shares with others. */
export type Isolation =
  | ({ readonly isolated: 'process' } & LaunchOptions)
  | { readonly isolated: 'context'; readonly browser: RunningBrowser };

/**
 * A new visitor without any history: in a Chromium process of its own with a fresh profile (slower, but nothing
 * is shared), or in a context of a browser that is already running (no HTTP cache, cookies or storage in common).
 */
export async function newVisitor(isolation: Isolation = { isolated: 'process' }): Promise<Visitor> {
  switch (isolation.isolated) {
    case 'process': {
      const running = await launchChromium(isolation);
      return visitor(running.browser.defaultBrowserContext(), running.close);
    }
    case 'context': {
      const context = await isolation.browser.browser.createBrowserContext();
      return visitor(context, () => context.close());
    }
  }
}

function visitor(context: BrowserContext, close: () => Promise<void>): Visitor {
  return { context, close, open: (url) => open(context, url) };
}

async function open(context: BrowserContext, url?: string): Promise<VisitedPage> {
  const page = await context.newPage();
  const log = recordPage(page);
  if (url !== undefined) await page.goto(url, { waitUntil: 'load' });
  return { page, log, screenshot: (name) => screenshot(page, name) };
}

async function screenshot(page: Page, name: string): Promise<string> {
  const path = `${root}build/screenshots/${name}.png` as const;
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path });
  return path;
}

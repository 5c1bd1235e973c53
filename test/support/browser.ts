/** Visitors in real browsers: each has storage of its own, as if on another machine. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BrowserContext, Page } from 'puppeteer';
import { findFirefox } from '../../scripts/ensure-browser.ts';
import {
  type LaunchOptions,
  launchChromium,
  launchFirefox,
  type RunningBrowser,
} from '../../scripts/launch-browser.ts';
import { root } from '../../scripts/root.ts';
import { type PageLog, recordPage } from './page-log.ts';

export {
  launchChromium as launch,
  launchFirefox,
  type LaunchOptions,
  type RunningBrowser,
} from '../../scripts/launch-browser.ts';

export type BrowserKind = 'chromium' | 'firefox';

/** The browsers that tests run in. */
export const browserKinds: readonly BrowserKind[] =
  (await findFirefox()) === undefined ? ['chromium'] : ['chromium', 'firefox'];

/** Starts a browser of this kind. @throws Error when there is none. */
export async function launchKind(kind: BrowserKind, options: LaunchOptions = {}): Promise<RunningBrowser> {
  const running = await (kind === 'chromium' ? launchChromium(options) : launchFirefox(options));
  if (running === undefined) throw new Error('there is no Firefox');
  return running;
}

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
  | ({ readonly isolated: 'process'; readonly kind?: BrowserKind } & LaunchOptions)
  | { readonly isolated: 'context'; readonly browser: RunningBrowser };

/**
 * A new visitor without any history: in a browser process of its own with a fresh profile (slower, but nothing
 * is shared), or in a context of a browser that is already running (no HTTP cache, cookies or storage in common).
 */
export async function newVisitor(isolation: Isolation = { isolated: 'process' }): Promise<Visitor> {
  switch (isolation.isolated) {
    case 'process': {
      const running = await launchKind(isolation.kind ?? 'chromium', isolation);
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
  // Tabs behind others are slowed down. Chromium is told not to; Firefox is given a window for each.
  const page = await context.newPage(isFirefox(context) ? { type: 'window' } : {});
  const log = recordPage(page);
  if (url !== undefined) await page.goto(url, { waitUntil: 'load' });
  return { page, log, screenshot: (name) => screenshot(page, name) };
}

function isFirefox(context: BrowserContext): boolean {
  return context.browser().process()?.spawnfile.includes('firefox') === true;
}

async function screenshot(page: Page, name: string): Promise<string> {
  const path = `${root}build/screenshots/${name}.png` as const;
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path });
  return path;
}

/** Visitors of a Shoal site, from their first request on, and what their pages were told. */
import { expect } from 'vitest';
import type { CDPSession, Page } from 'puppeteer';
import type { ShoalStats } from '../../loader/api.ts';
import { keptCacheName } from '../../protocol/kept.ts';
import { newVisitor, type RunningBrowser, type VisitedPage, type Visitor } from './browser.ts';
import { deliveries, recordDeliveries } from './deliveries.ts';
import { ready, sha256, stats, type Files, type ShoalSite } from './shoal-site.ts';

/** A page of a visitor whose worker answers. */
export interface Visit extends VisitedPage {
  readonly visitor: Visitor;
}

/** Opens visits, and closes all that are still open. */
export interface Visits {
  /** Somebody who has never been here: resolves when the worker rules the page. */
  readonly fresh: (path?: string) => Promise<Visit>;
  /** Another tab of the same visitor, or the same visitor again. */
  readonly again: (visitor: Visitor, path?: string) => Promise<Visit>;
  /** Without waiting for a worker. `prepare` runs before anything is loaded. */
  readonly plain: (path?: string, prepare?: (page: Page) => Promise<unknown>) => Promise<Visit>;
  /** The same visitor again, without waiting for the worker. */
  readonly plainAgain: (visitor: Visitor, path?: string) => Promise<Visit>;
  readonly closeAll: () => Promise<void>;
}

/** Visits of one site in one browser; every visitor is a context of its own. */
export function visitsOf(site: () => ShoalSite, browser: () => RunningBrowser): Visits {
  let visitors: Visitor[] = [];
  const open = async (
    visitor: Visitor,
    path: string,
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Visit> => {
    const visited = await visitor.open();
    await recordDeliveries(visited.page);
    await prepare?.(visited.page);
    await visited.page.goto(site().origin + path, { waitUntil: 'load' });
    return { ...visited, visitor };
  };
  const again = async (visitor: Visitor, path = '/'): Promise<Visit> => {
    const visit = await open(visitor, path);
    expect(await ready(visit.page)).toEqual({ worker: true, reason: '' });
    return visit;
  };
  const come = async (): Promise<Visitor> => {
    const visitor = await newVisitor({ isolated: 'context', browser: browser() });
    visitors.push(visitor);
    return visitor;
  };
  return {
    again,
    plainAgain: (visitor, path = '/') => open(visitor, path),
    fresh: async (path = '/') => again(await come(), path),
    plain: async (path = '/', prepare) => open(await come(), path, prepare),
    closeAll: async () => {
      const leaving = visitors;
      visitors = [];
      for (const visitor of leaving) await visitor.close().catch(() => undefined);
    },
  };
}

/** Codes of the failures that the page was told of, in their order. */
export async function failuresOf(page: Page): Promise<string[]> {
  return (await deliveries(page)).failures.map(({ code }) => code);
}

/** What became of each path: the SHA-256 of its body, or the error. All are asked for at once. */
export function digestsOf(page: Page, paths: readonly string[]): Promise<Record<string, string>> {
  return page.evaluate(async (all) => {
    const digest = async (path: string): Promise<string> => {
      try {
        const body = await (await fetch(path)).arrayBuffer();
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
        return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
      } catch (error) {
        return String(error);
      }
    };
    return Object.fromEntries(
      await Promise.all(all.map(async (path) => [path, await digest(path)] as const)),
    );
  }, paths);
}

/** Lengths of so many answers at once; -1: it failed. */
export function lengthsOf(page: Page, path: string, times: number): Promise<number[]> {
  return page.evaluate(
    async (url, count) => {
      const lengthOf = async (): Promise<number> => {
        try {
          return (await (await fetch(url)).arrayBuffer()).byteLength;
        } catch {
          return -1;
        }
      };
      return Promise.all(Array.from({ length: count }, lengthOf));
    },
    path,
    times,
  );
}

/** The digests as published; pages themselves are not among them. */
export function expectedOf(files: Files): Record<string, string> {
  const assets = Object.entries(files).filter(([path]) => !path.endsWith('.html'));
  return Object.fromEntries(assets.map(([path, content]) => [`/${path}`, sha256(content)]));
}

/** Gets every asset, at once, and expects the bytes that were published. */
export async function expectEverything(page: Page, files: Files): Promise<void> {
  const expected = expectedOf(files);
  expect(await digestsOf(page, Object.keys(expected))).toEqual(expected);
}

/** The page's sums, once it was told of each of these assets: it is told after the answer. */
export async function statsAfter(page: Page, files: Files): Promise<ShoalStats> {
  await page.waitForFunction(
    (paths) => {
      const told = new Set(window.toldByShoal?.delivered.map(({ path }) => path));
      return paths.every((path) => told.has(path));
    },
    { timeout: 5_000 },
    Object.keys(expectedOf(files)),
  );
  return stats(page);
}

/** Waits until the page has so many connections. */
export async function connected(page: Page, peers: number): Promise<void> {
  await page.waitForFunction((count) => window.shoal?.stats().peers === count, { timeout: 15_000 }, peers);
}

/** Stops the service workers of the page's visitor, as a browser does that wants the memory. */
export async function stopWorkers(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  const stopped = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the worker does not stop')), 5_000);
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      if (versions.some(({ runningStatus }) => runningStatus === 'stopped')) {
        clearTimeout(timer);
        resolve();
      }
    });
  });
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await stopped;
  await session.detach();
}

/** Freezes a page (https://wicg.github.io/page-lifecycle/), until the session is detached or it says otherwise. */
export async function freeze(page: Page): Promise<CDPSession> {
  const session = await page.createCDPSession();
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  return session;
}

/** The verified cache of the page's visitor: the last part of each key, and the SHA-256 of what it holds. */
export function keptDigests(page: Page): Promise<{ readonly key: string; readonly digest: string }[]> {
  return page.evaluate(async (name) => {
    const cache = await caches.open(name);
    const digests = [];
    for (const request of await cache.keys()) {
      const bytes = (await (await cache.match(request))?.arrayBuffer()) ?? new ArrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const digest = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
      digests.push({ key: request.url.slice(request.url.lastIndexOf('/') + 1), digest });
    }
    return digests;
  }, keptCacheName);
}

/** Scenarios of the visitor's browser: the worker is killed, storage is full, the clock is wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { expect } from 'vitest';
import { launchFirefox, type RunningBrowser } from '../browser.ts';
import { failuresOf, stopWorkers, visitsOf } from '../visits.ts';
import type { Rule } from './front.ts';
import type { Load } from './page.ts';
import type { Scenario } from './scenario.ts';
import {
  againWhereLost,
  forget,
  type Lane,
  loadIn,
  loads,
  openLanes,
  sideBySide,
  usual,
  type World,
} from './world.ts';

export const workerKilled: Scenario = {
  id: 'L4',
  title: '[G8] the worker is killed in the middle of a transfer',
  run: (world, count) =>
    world.kind === 'chromium'
      ? inKilledWorkers(world, count)
      : // Firefox has no such command, but a time after which it ends a worker that is still at work.
        inFirefoxWith(
          world,
          { 'dom.serviceWorkers.idle_timeout': 100, 'dom.serviceWorkers.idle_extended_timeout': 2_900 },
          (short) => inShortLivedWorkers(short, count),
        ),
};

/**
 * Chromium mostly asks again, more seldom the busier the machine is; else what the worker was about to answer is an
 * error, and never anything wrong. The next load is whole.
 */
async function inKilledWorkers(world: World, count: number): Promise<readonly Load[]> {
  const lanes = await openLanes(world);
  const during = await killing(world, lanes, count, ({ host }) => stopWorkers(host.page));
  return againWhereLost(world, lanes, during, { limit: count / 4, one: (lane) => loadIn(world, lane) });
}

/**
 * Firefox does not ask again for what a killed worker was to answer: that is an error, and never anything wrong. The
 * next load is whole.
 */
async function inShortLivedWorkers(world: World, count: number): Promise<readonly Load[]> {
  const lanes = await sideBySide(3, () => openPatiently(world));
  world.front.set((path) => (isSlow(path) ? { kind: 'change', delayMs: 3_500 } : usual(path)));
  const during = await killing(world, lanes, Math.ceil(count / 2), async () => undefined);
  expect(during.filter(({ isWhole }) => !isWhole).length).toBeGreaterThan(0);
  world.front.set(usual);
  const after = await killing(world, lanes, Math.floor(count / 2), async () => undefined);
  return [...during.map((one) => ({ ...one, missing: [], isWhole: one.corrupted.length === 0 })), ...after];
}

/** Longer than such a worker lives. */
function isSlow(path: string): boolean {
  return path === '/data/large.bin' || path === '/hero.svg';
}

/** A lane where a worker may be killed at its first steps, too. */
async function openPatiently({ visits }: World): Promise<Lane> {
  const host = await visits.plain('/host.html');
  const isRuled = (): Promise<boolean> =>
    host.page.evaluate(() => navigator.serviceWorker.controller !== null);
  await expect.poll(isRuled, { timeout: 20_000 }).toBe(true);
  const { page } = await visits.plainAgain(host.visitor, '/page.html');
  return { host, tab: page, plain: undefined };
}

async function killing(
  world: World,
  lanes: readonly Lane[],
  count: number,
  kill: (lane: Lane) => Promise<void>,
): Promise<readonly Load[]> {
  return loads(world, lanes, count, async (lane, index) => {
    await forget(lane);
    const loading = loadIn(world, lane);
    await sleep(40 + (index % 10) * 15);
    await kill(lane);
    return loading;
  });
}

export const storageFull: Scenario = {
  id: 'L5',
  title: 'storage is full',
  run: (world, count) =>
    world.kind === 'chromium'
      ? inFullStorage(world, count)
      : inFirefoxWith(world, { 'dom.quotaManager.temporaryStorage.fixedLimit': 5_000 }, (small) =>
          inFullStorage(small, count),
        ),
};

async function inFullStorage(world: World, count: number): Promise<readonly Load[]> {
  const lanes = await openLanes(world);
  for (const { host } of lanes) {
    if (world.kind === 'chromium') {
      const session = await host.page.createCDPSession();
      await session.send('Storage.overrideQuotaForOrigin', { origin: world.front.origin, quotaSize: 1 });
    } else await fillStorage(host.page);
  }
  const symptoms = new Set<string>();
  // Nothing is kept that could be forgotten.
  const results = await loads(world, lanes, count, async (lane) => {
    const result = await loadIn(world, lane);
    for (const code of await failuresOf(lane.tab)) symptoms.add(code);
    return result;
  });
  expect([...symptoms]).toContain('storage');
  return results;
}

/** Until not one more kilobyte finds room. */
async function fillStorage(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let bytes = 400_000, i = 0; bytes > 1_000; i++) {
      try {
        const cache = await caches.open('full');
        await cache.put(`/full/${i}`, new Response(new Uint8Array(bytes)));
      } catch {
        bytes /= 2;
      }
    }
  });
}

const yearMs = 365 * 24 * 3_600_000;

export const wrongClock: Scenario = {
  id: 'L10',
  title: 'the clock is a year off',
  run: async (world, count) => [
    ...(await withClock(world, Math.ceil(count / 2), yearMs)),
    ...(await withClock(world, Math.floor(count / 2), -yearMs)),
  ],
};

/** What is kept is answered as with a right clock: the server is asked for nothing but documents and pages. */
async function withClock(world: World, count: number, aheadMs: number): Promise<readonly Load[]> {
  world.front.set(shiftingClock(aheadMs));
  const lanes = await openLanes(world);
  for (const lane of lanes) await loadIn(world, lane);
  const site = world.site;
  site.forget();
  const results = await loads(world, lanes, count, (lane) => loadIn(world, lane));
  if (!world.isTimed) {
    const asked = site.served().filter(({ path }) => /^\/(?:data\/|hero|app|style)/.test(path));
    expect(asked).toEqual([]);
  }
  await world.visits.closeAll();
  return results;
}

/** Every script of ours and every page of the site begins with a clock that is off. */
function shiftingClock(aheadMs: number): Rule {
  const script =
    `{ const Right = Date; globalThis.Date = class extends Right { constructor(...a) ` +
    `{ if (a.length === 0) super(Right.now() + ${aheadMs}); else super(...a); } static now() { return Right.now() + ${aheadMs}; } } }`;
  return (path) => {
    const before = path.endsWith('.html')
      ? `<!doctype html><script>${script}</script>`
      : path === '/shoal-sw.js'
        ? `${script}\n`
        : undefined;
    if (before === undefined) return usual(path);
    return { kind: 'change', body: (body) => Buffer.concat([Buffer.from(before), body]) };
  };
}

/** The scenario in another Firefox, whose settings differ. */
async function inFirefoxWith(
  world: World,
  prefs: Readonly<Record<string, number>>,
  run: (world: World) => Promise<readonly Load[]>,
): Promise<readonly Load[]> {
  const running: RunningBrowser | undefined = await launchFirefox({ prefs });
  if (running === undefined) throw new Error('there is no Firefox');
  const visits = visitsOf(
    () => world.site,
    () => running,
  );
  try {
    return await run({ ...world, browser: () => running, visits });
  } finally {
    await running.close();
  }
}

/** What a chaos scenario has at hand: site, front, hub, browser, and visitors in lanes that load side by side. */
import type { Page } from 'puppeteer';
import { expect } from 'vitest';
import type { RunningHub } from '../../../hub/index.ts';
import { keptCacheName } from '../../../protocol/kept.ts';
import { type BrowserKind, type RunningBrowser } from '../browser.ts';
import { freePort } from '../ports.ts';
import { type Files, type ShoalSite, startShoalSite } from '../shoal-site.ts';
import { startStandaloneHub } from '../standalone-hub.ts';
import { expectEverything, type Visit, type Visits, visitsOf } from '../visits.ts';
import { type Front, makeFront, type Rule } from './front.ts';
import { load, type Load, versionOf } from './page.ts';

/** So many visitors load at the same time. */
const laneCount = 3;
/** Where times are compared: more would measure the machine. */
const timedLaneCount = 2;
/** Round trip between visitor and server. */
const latencyMs = 30;

/** A visitor with a tab that hosts the swarm and one that loads. */
export interface Lane {
  readonly host: Visit;
  readonly tab: Page;
  /** The same page without a worker, for another visitor; only where times are compared. */
  readonly plain: Page | undefined;
}

export interface World {
  readonly kind: BrowserKind;
  readonly site: ShoalSite;
  readonly front: Front;
  readonly hub: { readonly port: number; stop(): Promise<void>; start(): Promise<void> };
  readonly browser: () => RunningBrowser;
  readonly visits: Visits;
  /** What may be served: all that was published in this scenario. */
  readonly versions: string[];
  /** Loads without a worker, in the same weather. */
  readonly plainLoads: Load[];
  readonly isTimed: boolean;
}

export interface ChaosSite {
  world(kind: BrowserKind, browser: () => RunningBrowser, isTimed: boolean): World;
  /** Ends visits and weather of a scenario, and publishes the first version again. */
  reset(world: World): Promise<void>;
  close(): Promise<void>;
}

/** A site with a front before it and a hub beside it. */
export async function startChaosSite(): Promise<ChaosSite> {
  const [frontPort, hubPort] = [await freePort(), await freePort()];
  const front: Front = makeFront(frontPort, () => site.port);
  const site = await startShoalSite(versionOf('v1'), {
    front: front.origin,
    hub: { url: `http://127.0.0.1:${hubPort}/` },
  });
  let running: RunningHub | undefined;
  const hub = {
    port: hubPort,
    stop: async () => {
      await running?.close();
      running = undefined;
    },
    start: async () => {
      running ??= await startStandaloneHub(site, hubPort);
    },
  };
  const clear = async (): Promise<void> => {
    front.set(usual);
    front.delay(latencyMs);
    await front.start();
    await hub.start();
  };
  await clear();
  return {
    world: (kind, browser, isTimed) => ({
      kind,
      site,
      front,
      hub,
      browser,
      visits: visitsOf(() => site, browser),
      versions: ['v1'],
      plainLoads: [],
      isTimed,
    }),
    reset: async ({ visits, versions }) => {
      await visits.closeAll();
      await clear();
      if (versions.length > 1) await site.release(versionOf('v1'));
      versions.splice(0, versions.length, 'v1');
    },
    close: async () => {
      await front.stop();
      await hub.stop();
      await site.close();
    },
  };
}

/** Browsers may keep one page and no asset: what comes again comes from Shoal, or from the server. */
export const usual: Rule = (path) => {
  if (path.startsWith('/shoal')) return undefined;
  const value = path === '/kept.html' ? 'max-age=3600' : 'no-store';
  return { kind: 'change', headers: (headers) => ({ ...headers, 'cache-control': value }) };
};

/** A visitor with both tabs; the first one has been told by a worker that it answers. */
export async function openLane({ visits, isTimed }: World): Promise<Lane> {
  const host = await visits.fresh('/host.html');
  const tab = await visits.plainAgain(host.visitor, '/page.html');
  const plain = isTimed ? (await visits.plain('/plain.html')).page : undefined;
  return { host, tab: tab.page, plain };
}

/** Visitors side by side. */
export function openLanes(world: World): Promise<Lane[]> {
  return Promise.all(
    Array.from({ length: world.isTimed ? timedLaneCount : laneCount }, () => openLane(world)),
  );
}

/** So many loads, shared out among the lanes; where times are compared, each is followed by one without a worker. */
export async function loads(
  world: World,
  lanes: readonly Lane[],
  count: number,
  one: (lane: Lane, index: number) => Promise<Load>,
): Promise<Load[]> {
  const results: Load[] = [];
  let next = 0;
  const run = async (lane: Lane): Promise<void> => {
    while (next < count) {
      results.push(await one(lane, next++));
      if (lane.plain === undefined) continue;
      world.plainLoads.push(await load(lane.plain, `${world.front.origin}/plain.html`, world.versions));
    }
  };
  await Promise.all(lanes.map(run));
  return results;
}

/** So many visits of people without past, a few at the same time; in their order. */
export async function sideBySide<T>(count: number, visit: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      results[index] = await visit(index);
    }
  };
  await Promise.all(Array.from({ length: laneCount }, run));
  return results;
}

/** One load of a page in a lane's tab. */
export function loadIn(world: World, { tab }: Lane, path = '/page.html'): Promise<Load> {
  return load(tab, world.front.origin + path, world.versions);
}

/** The lane's visitor has nothing kept any more. */
export async function forget({ host }: Lane): Promise<void> {
  await host.page.evaluate((name) => caches.delete(name), keptCacheName);
}

/** Somebody who has everything. */
export async function openSeeder({ visits }: World): Promise<Visit> {
  const seeder = await visits.fresh('/host.html');
  await expectEverything(seeder.page, assetsOfPage());
  return seeder;
}

function assetsOfPage(): Files {
  const files = Object.entries(versionOf('v1'));
  return Object.fromEntries(files.filter(([path]) => !path.startsWith('mirror/')));
}

/** Loads in which something was missing, and nothing wrong, are made again; more than `limit` are too many. */
export async function againWhereLost(
  world: World,
  lanes: readonly Lane[],
  during: readonly Load[],
  { limit, one }: { readonly limit: number; readonly one: (lane: Lane) => Promise<Load> },
): Promise<readonly Load[]> {
  const lost = during.filter(({ isWhole, corrupted }) => !isWhole && corrupted.length === 0);
  expect(lost.length).toBeLessThanOrEqual(limit);
  const after = await loads(world, lanes, lost.length, one);
  return [...during.filter((one) => !lost.includes(one)), ...after];
}

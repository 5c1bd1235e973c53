/** Scenarios of the server and the way to it: files and connections that are gone or changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { connected, keptDigests } from '../visits.ts';
import { load, type Load } from './page.ts';
import { during, type Scenario } from './scenario.ts';
import {
  againWhereLost,
  forget,
  type Lane,
  loadIn,
  loads,
  openLanes,
  openSeeder,
  sideBySide,
  usual,
  type World,
} from './world.ts';

/** Paths that the release lists. */
const isAsset = (path: string): boolean => /^\/(?:data\/|hero|app|style)/.test(path);

export const offline: Scenario = {
  id: 'L6',
  title: 'offline after one visit',
  isLostWithoutWorker: true,
  run: async (world, count) => {
    const lanes = await openLanes(world);
    for (const lane of lanes)
      expect(await loadIn(world, lane, '/kept.html')).toMatchObject({ isWhole: true });
    for (const { host } of lanes) await expect.poll(() => keptDigests(host.page)).toHaveLength(6);
    await world.hub.stop();
    await world.front.stop();
    for (const { host } of lanes) await host.page.close();
    return loads(world, lanes, count, (lane) => loadIn(world, lane, '/kept.html'));
  },
};

export const filesLost: Scenario = {
  id: 'L7',
  title: 'the server has lost its files, and peers have them',
  isLostWithoutWorker: true,
  run: async (world, count) => {
    const lanes = await openWithPeers(world);
    world.front.set((path) => (isAsset(path) ? { kind: 'answer', status: 404, body: 'gone' } : usual(path)));
    const one = async (lane: Lane): Promise<Load> => {
      await forget(lane);
      return loadIn(world, lane);
    };
    const first = await loads(world, lanes, count, one);
    // A head that takes more than a second, as on a busy machine: then the origin is asked for what may have changed, and has nothing.
    return againWhereLost(world, lanes, first, { limit: count / 10, one });
  },
};

export const serverAway: Scenario = {
  id: 'L8',
  title: 'the server is away altogether, and its owner lets browsers keep pages',
  isLostWithoutWorker: true,
  run: async (world, count) => {
    const lanes = await openWithPeers(world);
    for (const lane of lanes) await loadIn(world, lane, '/kept.html');
    await world.front.stop();
    return loads(world, lanes, count, async (lane) => {
      await forget(lane);
      return loadIn(world, lane, '/kept.html');
    });
  },
};

async function openWithPeers(world: World): Promise<Lane[]> {
  await openSeeder(world);
  const lanes = await openLanes(world);
  for (const { host } of lanes) await connected(host.page, lanes.length);
  return lanes;
}

export const flappingNetwork: Scenario = {
  id: 'L13',
  title: 'the network comes and goes every two seconds, and is slow',
  isLostWithoutWorker: true,
  run: async (world, count) => {
    const { front } = world;
    const lanes = await openLanes(world);
    for (const lane of lanes)
      expect(await loadIn(world, lane, '/kept.html')).toMatchObject({ isWhole: true });
    front.delay(300);
    const flap = async (): Promise<void> => {
      await front.stop();
      await sleep(2_000);
      await front.start();
      await sleep(2_000);
    };
    return during(flap, () =>
      loads(world, lanes, count, async (lane) => {
        await sleep(300);
        return loadIn(world, lane, '/kept.html');
      }),
    );
  },
};

export const poisonedMirror: Scenario = {
  id: 'L14',
  title: 'a first visit with a poisoned mirror, integrity attributes on the page',
  run: async (world, count) => {
    world.front.set((path) => {
      if (!path.startsWith('/mirror/')) return usual(path);
      const poison = path.endsWith('.js')
        ? "document.documentElement.lang = 'poison'"
        : ':root { --version: poison }';
      return { kind: 'change', body: () => Buffer.from(poison) };
    });
    return sideBySide(count, () => firstVisit(world, '/mirror.html'));
  },
};

async function firstVisit({ visits, front, versions }: World, path: string): Promise<Load> {
  const { page, visitor } = await visits.plain('/plain.html');
  try {
    const result = await load(page, front.origin + path, versions);
    const poisoned = (await keptDigests(page)).filter(({ key, digest }) => key !== digest);
    return { ...result, corrupted: [...result.corrupted, ...poisoned.map(({ key }) => key)] };
  } finally {
    await visitor.close();
  }
}

export const proxy: Scenario = {
  id: 'L15',
  title: 'a proxy strips and rewrites headers and compresses everything again',
  run: async (world, count) => {
    const kept = new Set(['content-type', 'cache-control', 'connection']);
    world.front.set(() => ({
      kind: 'change',
      gzip: true,
      ignoresRanges: true,
      headers: (headers) => ({
        ...Object.fromEntries(Object.entries(headers).filter(([name]) => kept.has(name))),
        'cache-control': 'public, max-age=60',
        via: '1.1 proxy',
        'set-cookie': ['proxy=1'],
      }),
    }));
    const lanes = await openLanes(world);
    return loads(world, lanes, count, async (lane) => {
      await forget(lane);
      return loadIn(world, lane);
    });
  },
};

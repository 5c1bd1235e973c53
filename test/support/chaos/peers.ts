/** Scenarios of the swarm: its tracker is away, or its peers are no help. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root } from '../../../scripts/root.ts';
import { ready, stats } from '../shoal-site.ts';
import { type Hostility, makeHostile } from '../swarm/visitor.ts';
import { connected, failuresOf } from '../visits.ts';
import type { Load } from './page.ts';
import type { Scenario } from './scenario.ts';
import { forget, type Lane, loadIn, loads, openLanes, openSeeder, type World } from './world.ts';

export const trackerDown: Scenario = {
  id: 'L1',
  title: 'the tracker is down',
  run: async (world, count) => {
    await world.hub.stop();
    const lanes = await openLanes(world);
    return loads(world, lanes, count, async (lane) => {
      await forget(lane);
      return loadIn(world, lane);
    });
  },
};

export const polluters: Scenario = {
  id: 'L2',
  title: 'all peers send wrong bytes',
  run: (world, count) => amongHostile(world, count, 'pollute', 'peer-banned'),
};

export const stallers: Scenario = {
  id: 'L3',
  title: 'all peers stall',
  run: (world, count) => amongHostile(world, count, 'stall', 'swarm-timeout'),
};

/** Every other load has peers that it has not found out yet. `symptom`: by it we know that they were asked. */
async function amongHostile(
  world: World,
  count: number,
  how: Hostility,
  symptom: string,
): Promise<readonly Load[]> {
  const seeder = await openSeeder(world);
  await makeHostile(seeder.page, how);
  const lanes = await openLanes(world);
  const symptoms = new Set<string>();
  const results = await loads(world, lanes, count, async (lane, index) => {
    if (index % 2 === 0) await meetAgain(lane, how);
    await forget(lane);
    const result = await loadIn(world, lane);
    for (const page of [lane.host.page, lane.tab])
      for (const code of await failuresOf(page)) symptoms.add(code);
    return result;
  });
  expect([...symptoms]).toContain(symptom);
  return results;
}

/** A new session of the swarm: whoever was banned is a stranger again. */
async function meetAgain({ host: { page } }: Lane, how: Hostility): Promise<void> {
  await page.reload();
  await makeHostile(page, how);
  expect(await ready(page)).toEqual({ worker: true, reason: '' });
  // Asked from here: a tab behind another one has no frames to wait for.
  await expect.poll(async () => (await stats(page)).peers, { timeout: 15_000 }).toBeGreaterThan(0);
}

export const hubKilled: Scenario = {
  id: 'L16',
  title: 'tracker and metrics are killed during the run',
  run: async (world, count) => {
    await world.hub.stop();
    const kill = await spawnHub(world);
    await openSeeder(world);
    const lanes = await openLanes(world);
    for (const { host } of lanes) await connected(host.page, lanes.length);
    return loads(world, lanes, count, async (lane, index) => {
      if (index === Math.floor(count / 3)) kill();
      await forget(lane);
      return loadIn(world, lane);
    });
  },
};

/** The hub as its own process, as `shoal hub` starts it. The answer kills it. */
async function spawnHub({ site, hub }: World): Promise<() => void> {
  const args = ['hub', '--config', join(site.folder, 'shoal.config.json'), '--dir', site.dir];
  const child = spawn(process.execPath, [`${root}dist/cli/shoal.js`, ...args, '--port', String(hub.port)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the hub does not start')));
  });
  return () => child.kill('SIGKILL');
}

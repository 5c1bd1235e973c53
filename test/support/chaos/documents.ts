/** Scenarios of the signed documents: corrupted, stale, and replaced while pages load. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Rule } from './front.ts';
import { versionOf } from './page.ts';
import { during, type Scenario } from './scenario.ts';
import { forget, type Lane, loadIn, loads, openLane, openLanes, usual, type World } from './world.ts';

export const corruptedDocuments: Scenario = {
  id: 'L9',
  title: 'every document in turn is corrupted',
  run: async (world, count) => {
    const lanes = await openLanes(world);
    for (const lane of lanes) await loadIn(world, lane);
    await release(world, 'v2');
    const kinds = ['head', 'root/', 'release/', 'layers/'] as const;
    return loads(world, lanes, count, async (lane, index) => {
      world.front.set(corrupting(kinds[Math.floor((index * kinds.length) / count)] ?? 'head'));
      if (index % 4 > 0) return loadIn(world, lane);
      return withFresh(world, (fresh) => loadIn(world, fresh));
    });
  },
};

function corrupting(document: string): Rule {
  return (path) => {
    if (!path.startsWith(`/shoal/${document}`)) return usual(path);
    return {
      kind: 'change',
      body: (body) => {
        const at = Math.floor(body.length / 2);
        body[at] = (body[at] ?? 0) ^ 1;
        return body;
      },
    };
  };
}

/** A visitor without past, in place of a lane. */
async function withFresh<T>(world: World, use: (lane: Lane) => Promise<T>): Promise<T> {
  const lane = await openLane({ ...world, isTimed: false });
  try {
    return await use(lane);
  } finally {
    await lane.host.visitor.close();
  }
}

export const staleHead: Scenario = {
  id: 'L11',
  title: 'the head is an hour old, from a cache on the way',
  run: async (world, count) => {
    const lanes = await openLanes(world);
    for (const lane of lanes) await loadIn(world, lane);
    const head = Buffer.from(await (await fetch(`${world.front.origin}/shoal/head.json`)).arrayBuffer());
    await release(world, 'v2');
    // One visitor has seen the new head before the old one comes back, the other has not.
    const [first] = lanes;
    if (first !== undefined) await loadIn(world, first);
    const headers = {
      'content-type': 'application/json',
      date: new Date(Date.now() - 3_600_000).toUTCString(),
      age: '3600',
    };
    world.front.set((path) =>
      path === '/shoal/head.json' ? { kind: 'answer', status: 200, headers, body: head } : usual(path),
    );
    return loads(world, lanes, count, async (lane, index) => {
      if (index % 5 === 0) return withFresh(world, (fresh) => loadIn(world, fresh));
      if (index % 2 === 0) await forget(lane);
      return loadIn(world, lane);
    });
  },
};

export const deployments: Scenario = {
  id: 'L12',
  title: 'deployments while pages load',
  run: async (world, count) => {
    const lanes = await openLanes(world);
    const deploy = async (): Promise<void> => {
      await release(world, `v${world.versions.length + 1}`);
      await sleep(300);
    };
    const results = await during(deploy, () => loads(world, lanes, count, (lane) => loadIn(world, lane)));
    expect(world.versions.length).toBeGreaterThan(2);
    return results;
  },
};

/** As deployments do it: no file is ever there in part. */
async function release({ site, versions }: World, version: string): Promise<void> {
  versions.push(version);
  for (const [path, content] of Object.entries(versionOf(version))) {
    await writeFile(join(site.folder, 'next'), content);
    await rename(join(site.folder, 'next'), join(site.dir, path));
  }
  await site.release({});
}

/** What a flood of reports, or a database that does not take them, costs the hub. */

import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pages } from '../../hub/metrics/pages.ts';
import { SeenIds } from '../../hub/metrics/seen-ids.ts';
import { TokenBuckets } from '../../hub/token-bucket.ts';
import { beaconOf, publishSite, site, tally, type PublishedSite } from './fixture.ts';
import { HubProcess } from './hub-process.ts';
import { isSoak } from './soak.ts';

let published: PublishedSite;
let hub: HubProcess;

beforeEach(async () => {
  published = await publishSite();
});
afterEach(async () => {
  await hub?.kill();
  await published.remove();
});

const hexId = (): string => randomBytes(16).toString('hex');

/** A POST as fast as Node can; resolves to the status. */
function post(agent: Agent, path: string, body: string, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { origin: site, 'content-type': 'text/plain', 'x-forwarded-for': address };
    const sent = request(hub.url + path, { agent, method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Bytes on the heap that something still needs. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

describe('labels without end', () => {
  it(
    '[K4] a million ids, sessions and addresses: what is remembered of them is bounded',
    { timeout: 60_000 },
    () => {
      const before = heapBytes();
      const ids = new SeenIds(600_000, 100_000);
      const pages = new Pages();
      const buckets = new TokenBuckets(10, 1, 10_000);
      for (let i = 0; i < 1_000_000; i++) {
        const id = i.toString(16).padStart(32, '0');
        ids.add(id, i / 10);
        pages.meet(site, id, undefined, i / 10);
        buckets.take(id, 1, i / 10);
      }
      const keptBytes = heapBytes() - before;
      // Ten times as much as what may stay would take ten times as much.
      expect(pages.count(site, 100_000)).toBe(200_000);
      expect(keptBytes).toBeLessThan(100 * 1024 * 1024);
    },
  );

  it(
    '[K4] a hub that is told thousands of releases, sites and assets that do not exist makes no label of them',
    { timeout: 60_000 },
    async () => {
      hub = await HubProcess.start(published, { trustProxy: true });
      const agent = new Agent({ keepAlive: true, maxSockets: 20 });
      const send = (i: number): Promise<number> => {
        const body = JSON.stringify({
          ...beaconOf(i % 2 === 0 ? randomBytes(32).toString('hex') : published.release),
          ...(i % 4 === 1 && { site: `https://${hexId()}.example` }),
          ...(i % 4 === 3 && { assets: [tally(3 + i)] }),
        });
        return post(agent, 'beacon', body, `203.0.${i % 200}.${i % 250}`);
      };
      const labels = async (): Promise<number> => (await hub.metrics()).split('\n').length;
      for (let i = 0; i < 8; i++) await send(i);
      const before = { lines: await labels(), memory: await hub.memory() };
      const count = 2_000;
      const statuses = new Set<number>();
      for (let i = 0; i < count; i += 100) {
        const answers = await Promise.all(Array.from({ length: 100 }, (_, j) => send(i + j)));
        for (const status of answers) statuses.add(status);
      }
      agent.destroy();
      expect([...statuses]).toEqual([400]);
      expect(await labels()).toBe(before.lines);
      const after = await hub.memory();
      expect(after.problems).toEqual([]);
      expect(after.heapUsed - before.memory.heapUsed).toBeLessThan(4 * 1024 * 1024);
    },
  );
});

describe('a flood', () => {
  it(
    '[K5] from one address is refused, and reports from elsewhere wait less than 50 ms for it',
    // A machine that does something else at the same time makes everybody wait: once in three it does not.
    { timeout: 120_000, retry: 2 },
    async () => {
      hub = await HubProcess.start(published, { trustProxy: true });
      const honest = new Agent({ keepAlive: true, maxSockets: 1 });
      const waits = async (ms: number): Promise<number[]> => {
        const waitsMs: number[] = [];
        const untilMs = performance.now() + ms;
        while (performance.now() < untilMs) {
          const startedMs = performance.now();
          const body = JSON.stringify(beaconOf(published.release));
          expect(await post(honest, 'beacon', body, '198.51.100.1')).toBe(204);
          waitsMs.push(performance.now() - startedMs);
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
        return waitsMs;
      };
      const quiet = await waits(1_500);
      const startedMs = performance.now();
      const flood = startFlood();
      // Until the flood has been noticed, and then a while.
      while (!flood.counts.has(429)) await waits(500);
      const flooded = await waits(isSoak ? 60_000 : 3_000);
      const counts = await flood.stop();
      honest.destroy();
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      console.log(
        `flood of ${total} reports: ${JSON.stringify([...counts])}; ${flooded.length} honest ones, ` +
          `p99 ${p99(flooded).toFixed(1)} ms (${p99(quiet).toFixed(1)} ms before the flood)`,
      );
      expect(new Set(counts.keys())).toEqual(new Set([204, 429]));
      expect(counts.get(204)).toBeLessThan(500 + (50 * (performance.now() - startedMs)) / 1_000 + 8);
      // On a quiet machine the first is what counts.
      expect(p99(flooded)).toBeLessThan(Math.max(50, 8 * p99(quiet)));
    },
  );
});

/** Reports from one address, as many as eight connections take. */
function startFlood(): {
  readonly counts: ReadonlyMap<number, number>;
  stop(): Promise<ReadonlyMap<number, number>>;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const counts = new Map<number, number>();
  const over = new AbortController();
  const flooder = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const status = await post(agent, 'beacon', JSON.stringify(beaconOf(published.release)), '203.0.113.7');
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  const flooders = Array.from({ length: 8 }, flooder);
  return {
    counts,
    stop: async () => {
      over.abort();
      await Promise.all(flooders);
      agent.destroy();
      return counts;
    },
  };
}

function p99(waitsMs: readonly number[]): number {
  return waitsMs.toSorted((a, b) => a - b)[Math.floor(waitsMs.length * 0.99)] ?? 0;
}

describe('a database', () => {
  it('[K14] that is locked: reports are taken and wait, health says 503, nothing stands still and nothing is lost', async () => {
    const databasePath = join(published.dir, 'metrics.db');
    hub = await HubProcess.start(published, { databasePath });
    const agent = new Agent({ keepAlive: true });
    const other = new DatabaseSync(databasePath);
    other.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < 20; i++) {
      expect(await post(agent, 'beacon', JSON.stringify(beaconOf(published.release)), '')).toBe(204);
    }
    const health = async (): Promise<number> => (await fetch(`${hub.url}health`)).status;
    await expect.poll(health, { timeout: 20_000 }).toBe(503);
    // While it waits for the lock the process stands still, so that must be short.
    const startedMs = performance.now();
    for (let i = 0; i < 20; i++) await hub.metrics();
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    other.exec('ROLLBACK');
    other.close();
    await expect.poll(health, { timeout: 20_000 }).toBe(200);
    const text = await (await fetch(`${hub.url}api/summary?range=1h`)).text();
    expect(text).toContain('"swarm":600000');
    expect((await hub.memory()).problems).toEqual([]);
    agent.destroy();
  });

  it(
    '[K14] that is full: 503 once as much waits as may, the process lives, and goes on when there is room',
    { timeout: 90_000 },
    async () => {
      const databasePath = join(published.dir, 'metrics.db');
      hub = await HubProcess.start(published, {
        databasePath,
        trustProxy: true,
        limits: { databaseBytes: 90_000, waitingCells: 100 },
      });
      const agent = new Agent({ keepAlive: true });
      let sent = 0;
      const send = (): Promise<number> =>
        post(agent, 'beacon', JSON.stringify(beaconOf(published.release)), `203.0.${sent++ % 200}.1`);
      const health = async (): Promise<number> => (await fetch(`${hub.url}health`)).status;
      const statuses: number[] = [];
      const untilMs = performance.now() + 40_000;
      while (performance.now() < untilMs && (statuses.at(-1) !== 503 || (await health()) === 200)) {
        statuses.push(...(await Promise.all(Array.from({ length: 25 }, send))));
      }
      expect(statuses).toContain(204);
      expect(statuses.at(-1)).toBe(503);
      expect(await health()).toBe(503);
      expect((await fetch(`${hub.url}api/summary?range=1h`)).status).toBe(200);
      const room = new DatabaseSync(databasePath);
      room.exec('DELETE FROM recent_beacon');
      room.close();
      await expect.poll(health, { timeout: 20_000 }).toBe(200);
      expect((await hub.memory()).problems).toEqual([]);
      agent.destroy();
    },
  );
});

/**
 * Many sockets, for a while: small in every run, large in `npm run soak -- hub`. The figures are printed.
 */

import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { retryMs, returnMs } from '../../policy/backoff.ts';
import { freePort } from '../support/ports.ts';
import { publishSite, site, type PublishedSite } from './fixture.ts';
import { expectService } from './honest-pair.ts';
import { HubProcess } from './hub-process.ts';
import { isSoak } from './soak.ts';
import { TrackerClient } from './tracker-client.ts';

let published: PublishedSite;
let hub: HubProcess;

beforeEach(async () => {
  published = await publishSite();
});
afterEach(async () => {
  await hub.kill();
  await published.remove();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function open(url = hub.url): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}announce`, {
    origin: site,
    perMessageDeflate: false,
  });
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}

/** So many at a time, so that no queue of the operating system runs over. */
async function openMany(count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    const more = Math.min(100, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: more }, () => open()))));
  }
  return sockets;
}

describe('sockets', () => {
  it(
    `[I20] ${isSoak ? 10_000 : 1_500} that do nothing cost 12 KiB each at most, and are closed when their time is up`,
    { timeout: 120_000 },
    async () => {
      const count = isSoak ? 10_000 : 1_500;
      hub = await HubProcess.start(published, {
        limits: { idleMs: isSoak ? 60_000 : 10_000, pingIntervalMs: isSoak ? 15_000 : 2_000 },
      });
      // What the first connections need (compiled code, pools of buffers) is not theirs.
      for (const socket of await openMany(300)) socket.terminate();
      await expect.poll(() => hub.metric('shoal_tracker_connections')).toBe(0);
      const before = await hub.memory();
      const sockets = await openMany(count);
      const closed = sockets.map((socket) => once(socket, 'close'));
      expect(await hub.metric('shoal_tracker_connections')).toBe(count);
      const during = await hub.memory();
      const codes = (await Promise.all(closed)).map(([code]: unknown[]) => code);
      await expect.poll(() => hub.metric('shoal_tracker_connections')).toBe(0);
      const after = await hub.memory();
      const perSocket = (during.rss - before.rss) / count;
      console.log(
        `${count} idle sockets: ${(perSocket / 1024).toFixed(1)} KiB of memory each (heap ` +
          `${((during.heapUsed - before.heapUsed) / count / 1024).toFixed(1)} KiB); heap ${before.heapUsed} before, ${after.heapUsed} after`,
      );
      expect(new Set(codes)).toEqual(new Set([1008]));
      expect(perSocket).toBeLessThan(12 * 1024);
      expect(after.heapUsed - before.heapUsed).toBeLessThan(2 * 1024 * 1024);
      expect(after.problems).toEqual([]);
    },
  );

  it(
    `[I25] that come and go, ${isSoak ? 'for ten minutes' : 'for a while'}: memory comes back to within 10 % of what it was`,
    { timeout: 900_000 },
    async () => {
      hub = await HubProcess.start(published);
      const burst = async (ms: number): Promise<number> => {
        let connections = 0;
        const untilMs = performance.now() + ms;
        const visitor = async (lane: number): Promise<void> => {
          while (performance.now() < untilMs) {
            const name = `${lane} ${connections++}`;
            const client = await TrackerClient.connect(name, { url: hub.url, infoHash: published.swarmId });
            client.announce({ shoal: 1 });
            await client.next();
            await client.leave();
          }
        };
        await Promise.all(Array.from({ length: 20 }, (_, lane) => visitor(lane)));
        return connections;
      };
      const [rounds, roundMs] = isSoak ? [10, 60_000] : [4, 1_000];
      const rss: number[] = [];
      let connections = 0;
      for (let round = 0; round < rounds; round++) {
        connections += await burst(roundMs);
        await pause(500);
        rss.push((await hub.memory()).rss);
      }
      // Pools and compiled code grow at first; a leak goes on.
      const before = Math.max(...rss.slice(0, rounds / 2));
      await expect.poll(() => hub.metric('shoal_tracker_swarms')).toBe(0);
      const after = await hub.memory();
      const mebibytes = rss.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(', ');
      console.log(
        `${connections} connections, ${Math.round((connections * 1_000) / (rounds * roundMs))} a second: ` +
          `memory after each of ${rounds} bursts ${mebibytes} MiB, heap ${after.heapUsed}`,
      );
      expect(after.rss).toBeLessThan(1.1 * before);
      expect(after.problems).toEqual([]);
      await expectService(hub.url, published.swarmId);
    },
  );
});

describe('a hub that is killed under load', () => {
  it.runIf(isSoak)('[I26] has its members back, spread out as pages are', { timeout: 180_000 }, async () => {
    const members = 1_500;
    const port = await freePort();
    hub = await HubProcess.start(published, { port });
    const url = hub.url;
    let isUp = true;
    let backAtMs = 0;
    const returnsMs: number[] = [];
    const sockets = await openMany(members);
    const back = sockets.map(async (socket) => {
      await once(socket, 'close');
      await pause(returnMs(members, Math.random()));
      for (let failures = 1; ; failures++) {
        const again = isUp ? await open(url).catch(() => undefined) : undefined;
        if (again !== undefined) {
          returnsMs.push(performance.now() - backAtMs);
          return again;
        }
        await pause(retryMs(failures, members, Math.random()));
      }
    });
    isUp = false;
    await hub.kill();
    await pause(3_000);
    hub = await HubProcess.start(published, { port });
    isUp = true;
    backAtMs = performance.now();
    for (const socket of await Promise.all(back)) socket.terminate();
    const seconds = Map.groupBy(returnsMs, (ms) => Math.floor(ms / 1_000));
    const largest = Math.max(...[...seconds.values()].map(({ length }) => length)) / members;
    const within = returnsMs.filter((ms) => ms < 60_000).length / members;
    console.log(
      `${members} members: ${(within * 100).toFixed(1)} % back within a minute, at most ${(largest * 100).toFixed(1)} % in a second`,
    );
    expect(within).toBeGreaterThan(0.9);
    expect(largest).toBeLessThanOrEqual(0.05);
    await expectService(hub.url, published.swarmId);
  });
});

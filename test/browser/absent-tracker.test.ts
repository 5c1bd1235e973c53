/** Trackers that are away, hang or flap: pages are not held up, and call them less and less. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startHostileTracker,
  startTarpit,
  type HostileTracker,
  type Tarpit,
} from '../support/hostile-tracker.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';

const swarm = swarmForSuite();
const alone = { action: 'announce', interval: 120, complete: 0, incomplete: 1, members: [] };

let tarpits: readonly Tarpit[] = [];
let flapping: HostileTracker;
let mute: HostileTracker;

beforeAll(async () => {
  tarpits = await Promise.all([startTarpit('hang-up'), startTarpit('silence'), startTarpit('drip')]);
  flapping = await startHostileTracker(({ say, socket }) => {
    say(alone);
    socket.close();
  });
  mute = await startHostileTracker(() => undefined);
});

afterAll(async () => {
  for (const tarpit of tarpits) tarpit.close();
  await flapping?.close();
  await mute?.close();
});

describe('a tracker that hangs up, is silent, drips, flaps or never answers', () => {
  it('[I5, I6] holds nobody up, is called less and less, and is given up after ten seconds', async () => {
    const page = await swarm.visitor();
    const hubs = [...tarpits, flapping, mute].map(({ url }) => url);
    const startedMs = performance.now();
    for (const hub of hubs) {
      await page.page.evaluate(() => (lab.state = undefined));
      await page.start([], { hub });
      await page.page.waitForFunction(() => lab.state?.settled === true, { timeout: 3_000 });
    }
    expect(performance.now() - startedMs).toBeLessThan(hubs.length * 2_500);
    await sleep(5_000);
    expect(mute.open()).toBe(1);
    await expect.poll(() => mute.open(), { timeout: 7_000 }).toBe(0);
    for (const { calls } of [...tarpits, flapping]) {
      expect(calls.length).toBeGreaterThan(0);
      expect(calls.length).toBeLessThanOrEqual(5);
    }
    expect(flapping.calls.length).toBeGreaterThan(1);
    await expect.poll(() => mute.calls.length, { timeout: 6_000 }).toBe(2);
    // The browser itself tells of sockets that fail.
    expect(page.problems().filter((text) => !text.includes('WebSocket'))).toEqual([]);
    await swarm.dismiss(page);
  });
});

/** The reference WebTorrent tracker in the hub's place: it knows no members and no signals, and pages meet all the same. */
import Server from 'bittorrent-tracker/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TagConfig } from '../../protocol/site-config.ts';
import { startSilentStun, type SilentStun } from '../../bench/silent-stun.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import type { TestAsset, TestPack } from '../support/swarm/site.ts';
import { chunkBytes, type SwarmVisitor } from '../support/swarm/visitor.ts';

const swarm = swarmForSuite();
let server: Server;
let stun: SilentStun;
let hub: string;
let pack: TestPack;
let asset: TestAsset;

beforeAll(async () => {
  server = new Server({ udp: false, stats: false });
  server.on('error', () => undefined);
  server.on('warning', () => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.http.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  hub = `http://127.0.0.1:${address.port}/`;
  stun = await startSilentStun();
  pack = swarm.addPack([1024 * 1024]);
  const [first] = pack.assets;
  if (first === undefined) throw new Error('the pack has an asset');
  asset = first;
});

afterAll(async () => {
  stun?.close();
  server?.http.closeAllConnections();
  await new Promise<void>((closed) => server?.close(closed));
});

async function join(settings: Partial<TagConfig> = {}, isSeeder = false): Promise<SwarmVisitor> {
  const visitor = await swarm.visitor();
  if (isSeeder) await visitor.keep(asset);
  await visitor.start([pack], { hub, ...settings });
  return visitor;
}

function openMsOf({ page }: SwarmVisitor): Promise<number | undefined> {
  return page.evaluate(() => lab.openMs);
}

describe('over a stock tracker', () => {
  it('pages meet, however many come at once, connect once, and deliver to each other', async () => {
    const seeder = await join({}, true);
    const others = await Promise.all([join(), join()]);
    for (const each of [seeder, ...others]) await each.connected(2);
    for (const each of others)
      expect((await each.want(asset)).chunks).toEqual(asset.chunkDigests(chunkBytes));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (const each of [seeder, ...others]) expect((await each.report()).peers).toBe(2);
  });

  it('a page that is alone knows it at once', async () => {
    const alone = await join();
    await alone.page.waitForFunction(() => lab.state?.settled === true);
    expect(await alone.page.evaluate(() => lab.settledMs ?? Infinity)).toBeLessThan(1_000);
  });

  it('a STUN server that does not answer holds nobody up for long', async () => {
    const iceServers = [{ urls: stun.url }];
    const first = await join({ iceServers });
    // Its offers wait at the tracker by then.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const second = await join({ iceServers });
    await first.connected(1);
    expect(stun.asked()).toBeGreaterThan(0);
    expect(await openMsOf(second)).toBeLessThan(2_500);
  });
});

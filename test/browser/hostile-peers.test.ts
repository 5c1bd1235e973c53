/** Who is to blame, and for how long: scripted peers against a real page's engine. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inEachBrowser } from '../support/stage.ts';
import type { TestAsset, TestPack } from '../support/swarm/site.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import { chunkBytes, type SwarmVisitor } from '../support/swarm/visitor.ts';
import { newCertificate } from '../support/wire-peer/certificate.ts';
import { leecher, polluter } from '../support/wire-peer/lies.ts';
import type { Script } from '../support/wire-peer/wire.ts';
import type { WirePeer } from '../support/wire-peer/wire-peer.ts';

const MiB = 1024 * 1024;

inEachBrowser((kind) => {
  const { visitor, addPack, wirePeer } = swarmForSuite(kind);

  async function victimOf(pack: TestPack, peers: number): Promise<SwarmVisitor> {
    const victim = await visitor();
    await victim.start([pack]);
    await victim.connected(peers);
    return victim;
  }

  function only({ assets }: TestPack): TestAsset {
    const [asset] = assets;
    if (asset === undefined) throw new Error('the pack has an asset');
    return asset;
  }

  it('[H5] a piece of three senders, one of them wrong: it comes again from one alone, and only the guilty one is banned', async () => {
    const pack = addPack([64 * 1024]);
    const asset = only(pack);
    /** In the order in which they were first asked: what each sends of the first attempt, before it falls silent. */
    const asked: WirePeer[] = [];
    const blocks = [[0], [1], [2, 3]];
    const answered = new Set<string>();
    const peers: WirePeer[] = [];
    for (let i = 0; i < 3; i++) {
      const script: Script = {
        requested: (wire, request) => {
          const self = peers[i];
          if (self === undefined) return;
          if (!asked.includes(self)) asked.push(self);
          const place = asked.indexOf(self);
          const block = request.offset / 16_384;
          const isFirstAttempt = answered.size < 4;
          if (isFirstAttempt && !blocks[place]?.includes(block)) return;
          answered.add(`${block}`);
          const isWrong = isFirstAttempt && place === 1;
          wire.sendBlock(request, isWrong ? randomBytes(request.length) : wire.blockOf(request));
        },
      };
      peers.push(await wirePeer({ packs: [pack.wire], script }));
    }
    const victim = await victimOf(pack, 3);
    const { chunks } = await victim.want(asset, { timeoutMs: 40_000 });
    expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
    await victim.connected(2);
    expect((await victim.report()).banned).toBe(1);
    await expect.poll(() => asked.map(({ lost }) => lost)).toEqual([0, 1, 0]);
  });

  it('[H6] who comes back under another name, with the same certificate, stays banned; others do not', async () => {
    const pack = addPack([MiB]);
    const certificate = newCertificate();
    const { script } = polluter();
    const options = { packs: [pack.wire], script, certificate };
    const first = await wirePeer(options);
    const victim = await victimOf(pack, 1);
    await victim.want(only(pack));
    await expect.poll(() => first.lost).toBe(1);
    first.close();
    const again = await wirePeer(options);
    const [self = ''] = first.met;
    expect(await again.dial(self, 1_000)).toBe(false);
    again.close();
    // Named by the hub, it would be dialed within three seconds.
    const named = await wirePeer(options);
    await sleep(3_500);
    expect([...named.met]).toEqual([]);
    expect((await victim.report()).peers).toBe(0);
    named.close();

    const other = await wirePeer({ packs: [pack.wire] });
    expect(await other.dial(self)).toBe(true);
    expect((await victim.want(only(pack))).chunks).toEqual(only(pack).chunkDigests(chunkBytes));
  });

  it('[H18] a peer of another release: only packs that both have are exchanged', async () => {
    const pack = addPack([MiB]);
    const foreign = addPack([MiB]);
    const peer = await wirePeer({ packs: [foreign.wire, pack.wire] });
    const victim = await victimOf(pack, 1);
    expect((await victim.want(only(pack))).chunks).toEqual(only(pack).chunkDigests(chunkBytes));
    expect([...new Set(peer.wires.map((wire) => wire.pack.infohash))]).toEqual([pack.layout.infohash]);
    expect(await peer.openChannels(foreign.layout.infohash)).toBe(1);
    expect((await victim.want(only(foreign))).isNone).toBe(true);
  });

  it('[H17] a hundred leechers: few are let in, the upload limit holds, and the page stays responsive', async () => {
    const uploadBytesPerSecond = 500_000;
    const seconds = 4;
    const pack = addPack([4 * MiB]);
    const victim = await visitor();
    await victim.keep(only(pack));
    await victim.start([pack], { uploadBytesPerSecond });
    const probe = await wirePeer({ packs: [] });
    await probe.dialOnly();
    const [self = ''] = probe.met;
    probe.close();
    const delays = victim.page.evaluate(measureDelays, (seconds + 2) * 1_000);
    const leeches = Array.from({ length: 100 }, () => leecher());
    const peers = await Promise.all(
      leeches.map(({ script }) =>
        wirePeer({ packs: [pack.wire], script, state: { state: 'none', wants: true } }),
      ),
    );
    await Promise.all(peers.map((peer) => peer.dial(self, 1_000)));
    const before = leeches.reduce((sum, { bytes }) => sum + bytes, 0);
    await sleep(seconds * 1_000);
    const taken = leeches.reduce((sum, { bytes }) => sum + bytes, 0) - before;
    expect(peers.filter(({ connected }) => connected.size > 0).length).toBeLessThanOrEqual(12);
    expect(taken).toBeGreaterThan(0.5 * seconds * uploadBytesPerSecond);
    expect(taken).toBeLessThan(1.25 * seconds * uploadBytesPerSecond);
    const sorted = [...(await delays)].sort((a, b) => a - b);
    const p95 = sorted[Math.floor(0.95 * sorted.length)] ?? Infinity;
    console.info(
      `main thread late by ${p95.toFixed(1)} ms at the 95th percentile, ${taken} bytes in ${seconds} s`,
    );
    expect(p95).toBeLessThan(50);
  });
});

/** How late each of many tasks of the page was, in milliseconds. */
async function measureDelays(forMs: number): Promise<number[]> {
  const delays: number[] = [];
  const everyMs = 10;
  for (const startMs = performance.now(); performance.now() - startMs < forMs;) {
    const dueMs = performance.now() + everyMs;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    delays.push(performance.now() - dueMs);
  }
  return delays;
}

import { beforeAll, describe, expect, it } from 'vitest';
import { inEachBrowser } from '../support/stage.ts';
import type { TestAsset, TestPack } from '../support/swarm/site.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import { chunkBytes, makeHostile, type Hostility, type SwarmVisitor } from '../support/swarm/visitor.ts';

const MiB = 1024 * 1024;

inEachBrowser((kind) => {
  const { visitor, addPack } = swarmForSuite(kind);
  let pack: TestPack;
  let asset: TestAsset;

  beforeAll(() => {
    pack = addPack([4 * MiB]);
    const [first] = pack.assets;
    if (first === undefined) throw new Error('the pack has an asset');
    asset = first;
  });

  async function seeder(how?: Hostility): Promise<SwarmVisitor> {
    const added = await visitor();
    if (how !== undefined) await makeHostile(added.page, how);
    await added.keep(asset);
    await added.start([pack]);
    return added;
  }

  async function leecher(peers: number): Promise<SwarmVisitor> {
    const added = await visitor();
    await added.start([pack]);
    await added.connected(peers);
    return added;
  }

  describe('a peer that sends wrong bytes', () => {
    it('is banned at its first bad piece, and nothing wrong comes out', async () => {
      await seeder('pollute');
      const victim = await leecher(1);
      const { isNone, bytes } = await victim.want(asset);
      expect({ isNone, bytes }).toEqual({ isNone: true, bytes: 0 });
      expect(await victim.report()).toMatchObject({ peers: 0, banned: 1 });
      const rejected = await victim.rejectedBytes();
      expect(rejected).toBeGreaterThan(0);
      expect(rejected).toBeLessThanOrEqual(2 * 64 * 1024);
    });

    it('does not keep the others from delivering everything', async () => {
      await seeder('pollute');
      const honest = await seeder();
      await honest.connected(1);
      const victim = await leecher(2);
      const { chunks, isNone } = await victim.want(asset);
      expect(isNone).toBe(false);
      expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
      expect(await victim.report()).toMatchObject({ peers: 1, banned: 1 });
    });

    it('is banned by the word of the worker too, when it alone brought the chunk', async () => {
      await seeder();
      const victim = await leecher(1);
      expect((await victim.want(asset, { chunks: [5] })).isNone).toBe(false);
      await victim.say({ t: 'bad', digest: asset.digest, chunk: 5 });
      await victim.connected(0);
      expect((await victim.report()).banned).toBe(1);
    });
  });

  describe('a peer that keeps others waiting', () => {
    it('loses the pieces it does not bring to a peer that does', async () => {
      await seeder('stall');
      const honest = await seeder();
      await honest.connected(1);
      const victim = await leecher(2);
      const { chunks, isNone } = await victim.want(asset, { timeoutMs: 20_000 });
      expect(isNone).toBe(false);
      expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
    });
  });

  describe('a peer that breaks the wire protocol', () => {
    it('is dropped when it declares a message of 2 GiB', async () => {
      await seeder('endless');
      const victim = await leecher(1);
      expect(await victim.want(asset)).toMatchObject({ isNone: true, bytes: 0 });
      expect(await victim.report()).toMatchObject({ peers: 0, banned: 1 });
    });

    it('is dropped when it has more than 256 requests waiting', async () => {
      const victim = await seeder();
      const flooder = await visitor();
      await makeHostile(flooder.page, 'flood');
      await flooder.start([pack]);
      await flooder.connected(1);
      await flooder.want(asset, { timeoutMs: 3_000 });
      expect(await victim.report()).toMatchObject({ peers: 0, banned: 1 });
    });
  });

  describe('a script that overwrites the verified cache', () => {
    it('cannot make its page seed wrong bytes, nor get it banned', async () => {
      const page = await visitor();
      await page.keep(asset);
      await page.page.evaluate(
        (digest, bytes) => lab.overwrite(digest, bytes),
        asset.digest,
        asset.bytes.length,
      );
      await page.start([pack]);
      const other = await leecher(1);
      expect(await other.want(asset, { timeoutMs: 5_000 })).toMatchObject({ isNone: true, bytes: 0 });
      expect(await other.report()).toMatchObject({ peers: 1, banned: 0 });
      expect(await other.rejectedBytes()).toBe(0);
    });
  });
});

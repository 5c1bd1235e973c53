import { describe, expect, it } from 'vitest';
import type { TestAsset } from '../support/swarm/site.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import { chunkBytes } from '../support/swarm/visitor.ts';

const MiB = 1024 * 1024;

const { visitor, addPack, dismiss } = swarmForSuite();

function first(assets: readonly TestAsset[]): TestAsset {
  const [asset] = assets;
  if (asset === undefined) throw new Error('the pack has an asset');
  return asset;
}

describe('a visitor among peers', () => {
  it('gets every byte of a large and of a small asset from a returning visitor', async () => {
    const pack = addPack([10 * MiB, 3_000, 20_000]);
    const seeder = await visitor();
    for (const asset of pack.assets) await seeder.keep(asset);
    await seeder.start([pack]);
    const leecher = await visitor();
    await leecher.start([pack]);
    await leecher.connected(1);
    expect((await leecher.state())?.whole).toEqual([pack.layout.infohash]);
    for (const asset of pack.assets) {
      const { chunks, isNone, ms, bytes } = await leecher.want(asset);
      expect(isNone).toBe(false);
      expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
      if (bytes > MiB) console.info(`10 MiB in ${Math.round(ms)} ms: ${(bytes / ms / 1000).toFixed(1)} MB/s`);
    }
    console.info(`open after ${Math.round((await leecher.page.evaluate(() => lab.openMs)) ?? 0)} ms`);
    expect((await seeder.report()).uploaded).toBeGreaterThanOrEqual(10 * MiB + 23_000);
  });

  it('gets the chunks it asks for, and no others', async () => {
    const pack = addPack([2 * MiB]);
    const asset = first(pack.assets);
    const seeder = await visitor();
    await seeder.keep(asset);
    await seeder.start([pack]);
    const leecher = await visitor();
    await leecher.start([pack]);
    await leecher.connected(1);
    const { chunks } = await leecher.want(asset, { chunks: [3, 30] });
    const { 3: third, 30: thirtieth } = asset.chunkDigests(chunkBytes);
    expect(chunks).toEqual({ 3: third, 30: thirtieth });
    expect((await seeder.report()).uploaded).toBe(2 * chunkBytes);
  });

  it('seeds what it has got, from memory at first and from the cache once the worker has kept it', async () => {
    const pack = addPack([MiB, 5_000]);
    const asset = first(pack.assets);
    const seeder = await visitor();
    for (const each of pack.assets) await seeder.keep(each);
    await seeder.start([pack]);
    const second = await visitor();
    await second.start([pack]);
    await second.connected(1);
    for (const each of pack.assets) expect((await second.want(each)).isNone).toBe(false);
    await seeder.page.evaluate(() => lab.swarm?.stop());
    await second.connected(0);

    const third = await visitor();
    await third.start([pack]);
    await third.connected(1);
    expect((await third.want(asset, { chunks: [0, 1] })).isNone).toBe(false);

    for (const each of pack.assets) {
      await second.keep(each);
      await second.say({ t: 'kept', digest: each.digest, from: 0, to: each.bytes.length });
    }
    const { chunks } = await third.want(asset);
    expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
  });

  it('seeds what its worker has kept from the origin, and media that is kept in slices', async () => {
    const pack = addPack([3 * MiB + 123]);
    const asset = first(pack.assets);
    const seeder = await visitor();
    await seeder.start([pack]);
    const leecher = await visitor();
    await leecher.start([pack]);
    await leecher.connected(1);
    expect((await leecher.want(asset)).isNone).toBe(true);
    await seeder.keep(asset, true);
    await seeder.say({ t: 'kept', digest: asset.digest, from: 0, to: asset.bytes.length });
    await leecher.page.waitForFunction(() => (lab.state?.whole.length ?? 0) > 0);
    const { chunks } = await leecher.want(asset);
    expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
  });

  it('is told at once when nobody has what it wants', async () => {
    const pack = addPack([MiB]);
    const other = addPack([MiB]);
    const asset = first(pack.assets);
    const alone = await visitor();
    await alone.start([pack, other]);
    const before = await alone.want(asset);
    expect(before).toMatchObject({ isNone: true, bytes: 0 });
    const peer = await visitor();
    await peer.keep(first(other.assets));
    await peer.start([pack, other]);
    await alone.connected(1);
    const { isNone, ms } = await alone.want(asset);
    expect(isNone).toBe(true);
    expect(ms).toBeLessThan(1_000);
  });

  it('is told at once when its only peer leaves in the middle', async () => {
    const pack = addPack([10 * MiB]);
    const asset = first(pack.assets);
    const seeder = await visitor();
    await seeder.keep(asset);
    await seeder.start([pack], { uploadBytesPerSecond: 2 * MiB });
    const leecher = await visitor();
    await leecher.start([pack]);
    await leecher.connected(1);
    const wanted = leecher.want(asset);
    await leecher.page.waitForFunction(
      () => lab.swarm?.peers === 1 && performance.now() - lab.startMs > 1_500,
    );
    await seeder.page.evaluate(() => lab.swarm?.stop());
    const { isNone, bytes, chunks, ms } = await wanted;
    expect(isNone).toBe(true);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(asset.bytes.length);
    expect(asset.chunkDigests(chunkBytes)).toMatchObject(chunks);
    expect(ms).toBeLessThan(6_000);
  });

  it('goes on with a second peer when the first one leaves in the middle', async () => {
    const pack = addPack([6 * MiB]);
    const asset = first(pack.assets);
    const seeders = [await visitor(), await visitor()];
    for (const seeder of seeders) {
      await seeder.keep(asset);
      await seeder.start([pack], { uploadBytesPerSecond: MiB });
    }
    const leecher = await visitor();
    await leecher.start([pack]);
    await leecher.connected(2);
    const wanted = leecher.want(asset, { timeoutMs: 25_000 });
    await leecher.page.waitForFunction(() => performance.now() - lab.startMs > 1_500);
    await seeders[0]?.page.evaluate(() => lab.swarm?.stop());
    const { isNone, chunks } = await wanted;
    expect(isNone).toBe(false);
    expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
  });
});

describe('the page that hosts the swarm', () => {
  it('goes on for a worker that was restarted, and seeds packs that a new release keeps', async () => {
    const kept = addPack([MiB]);
    const old = addPack([MiB]);
    const fresh = addPack([MiB]);
    const asset = first(kept.assets);
    const seeder = await visitor();
    for (const each of [asset, first(old.assets)]) await seeder.keep(each);
    await seeder.start([kept, old]);
    const leecher = await visitor();
    await leecher.start([kept, fresh]);
    await leecher.connected(1);
    expect((await leecher.want(asset, { chunks: [0] })).isNone).toBe(false);
    await leecher.page.evaluate(
      (layouts, piece) => lab.restartWorker(piece, layouts),
      [kept.layout],
      chunkBytes,
    );
    await seeder.say({ t: 'packs', piece: chunkBytes, packs: [kept.layout, fresh.layout] });
    expect((await leecher.want(asset)).chunks).toEqual(asset.chunkDigests(chunkBytes));
    expect((await leecher.want(first(fresh.assets))).isNone).toBe(true);
    await leecher.page.waitForFunction(() => lab.state?.part.length === 1);
  });

  it('sends nothing while it may not upload, and goes on when it may', async () => {
    const pack = addPack([MiB]);
    const asset = first(pack.assets);
    const seeder = await visitor();
    await seeder.keep(asset);
    await seeder.start([pack]);
    await seeder.page.evaluate(() => lab.swarm?.setThrift(true));
    const leecher = await visitor();
    await leecher.start([pack]);
    await leecher.connected(1);
    expect(await leecher.want(asset, { timeoutMs: 700 })).toMatchObject({ isNone: true, bytes: 0 });
    expect((await seeder.report()).uploaded).toBe(0);
    await seeder.page.evaluate(() => lab.swarm?.setThrift(false));
    expect((await leecher.want(asset)).chunks).toEqual(asset.chunkDigests(chunkBytes));
  });

  it('says that there is nothing to wait for when the hub does not answer', async () => {
    const pack = addPack([MiB]);
    const alone = await visitor();
    await alone.start([pack], { hub: 'http://127.0.0.1:9/' });
    await alone.page.waitForFunction(() => lab.state?.settled === true, { timeout: 10_000 });
    expect((await alone.want(first(pack.assets))).isNone).toBe(true);
    // The browser itself logs the refused socket.
    expect(alone.problems().every((text) => text.includes('WebSocket'))).toBe(true);
    await dismiss(alone);
  });

  it('connects to a peer once, however many of them come at the same time', async () => {
    const pack = addPack([MiB]);
    const pages = [await visitor(), await visitor(), await visitor()];
    await Promise.all(pages.map((page) => page.start([pack])));
    for (const page of pages) await page.connected(2);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (const page of pages) expect((await page.report()).peers).toBe(2);
  });
});

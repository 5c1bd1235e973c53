/** A page that hosts the swarm and lies to its worker: nothing of it reaches a page. */
import { createHash, randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import {
  becomeSupplier,
  chunkBytes,
  heardBy,
  registerWorker,
  type Lie,
  type Supply,
} from '../support/supplier.ts';

const MiB = 1024 * 1024;
/** SHOAL_LARGE_MIB says how much in a long run, up to 128: what is larger is not answered whole. */
const longBytes = Math.min(Number(process.env['SHOAL_LARGE_MIB'] ?? 24), 128) * MiB;
const asset = randomBytes(5 * chunkBytes + 64);
const files = {
  'bare.html': '<!doctype html><title>bare</title><link rel="icon" href="data:,">',
  'asset.bin': asset,
  'other.bin': randomBytes(asset.length),
  'long.bin': randomBytes(longBytes),
};
const lastChunk = 5;

/** What lies above a chunk's own leaves in the tree: the two nodes whose hash is that of the chunk. */
function nodesAbove(chunk: Uint8Array): string {
  const hash = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  const zero = Buffer.alloc(32);
  return Buffer.concat([hash(hash(chunk), zero), hash(zero, zero)]).toString('latin1');
}

interface Got {
  readonly status: number;
  readonly digest: string;
}

function get(page: Page, path: string, range?: string): Promise<Got> {
  return page.evaluate(
    async (url, header) => {
      try {
        const response = await fetch(url, header === undefined ? {} : { headers: { range: header } });
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
        const digest = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
        return { status: response.status, digest };
      } catch (error) {
        return { status: 0, digest: String(error) };
      }
    },
    path,
    range,
  );
}

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind });
  const { visits } = stage;

  /** A page whose worker has nothing but the release, and this page to ask. */
  async function suppliedBy(supply: Supply): Promise<Page> {
    const { page } = await visits.plain('/bare.html');
    await registerWorker(page);
    await becomeSupplier(page, supply);
    stage.site.forget();
    return page;
  }

  const supplyOf = (path: keyof typeof files, lies: Readonly<Record<number, Lie>> = {}): Supply => ({
    digest: sha256(files[path]),
    source: `/${path}?raw`,
    lies,
  });
  const sentBytes = (path: string): number =>
    stage.site
      .served()
      .filter((answer) => answer.path === path)
      .reduce((sum, { bytes }) => sum + bytes, 0);

  it('that says once more that it hosts is asked as before, and the origin is not', async () => {
    const page = await suppliedBy({ ...supplyOf('asset.bin'), stateAfterMs: 40 });
    await page.evaluate(async () => {
      const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      // As a page begins: the worker looks for a host at once.
      navigator.serviceWorker.controller?.postMessage({ t: 'state?' });
      await waitMs(100);
      navigator.serviceWorker.controller?.postMessage({ t: 'host' });
      await waitMs(15);
    });
    expect(await get(page, '/asset.bin')).toEqual({ status: 200, digest: sha256(asset) });
    expect(sentBytes('/asset.bin')).toBe(0);
  });

  it('is believed where it tells the truth: nothing comes from the origin', async () => {
    const page = await suppliedBy(supplyOf('asset.bin', { 2: 'twice' }));
    expect((await get(page, '/asset.bin')).digest).toBe(sha256(asset));
    expect((await heardBy(page)).wanted).toHaveLength(lastChunk + 1);
    expect(sentBytes('/asset.bin')).toBe(0);
  });

  it('[E1] valid bytes of another asset of the same length are refused', async () => {
    const page = await suppliedBy({ digest: sha256(asset), source: '/other.bin' });
    expect((await get(page, '/asset.bin')).digest).toBe(sha256(asset));
    expect((await heardBy(page)).bad).toContain(0);
    expect(sentBytes('/asset.bin')).toBe(asset.length);
  });

  it.each(['longer', 'shorter', 'empty'] as const)('[E6] chunks that are %s are refused', async (lie) => {
    const page = await suppliedBy(supplyOf('asset.bin', { 1: lie, [lastChunk]: lie }));
    expect((await get(page, '/asset.bin')).digest).toBe(sha256(asset));
    // What is too long runs into the next chunk.
    expect([1, 2, lastChunk]).toContain((await heardBy(page)).bad[0]);
  });

  it("[E4] inner nodes of the tree are refused as a chunk's bytes", async () => {
    const text = nodesAbove(asset.subarray(lastChunk * chunkBytes));
    expect(text).toHaveLength(asset.length - lastChunk * chunkBytes);
    const page = await suppliedBy(supplyOf('asset.bin', { [lastChunk]: { text } }));
    expect((await get(page, '/asset.bin')).digest).toBe(sha256(asset));
    expect((await heardBy(page)).bad).toEqual([lastChunk]);
  });

  it('[E15] a range over two chunks of which the second is wrong is answered right', async () => {
    const page = await suppliedBy(supplyOf('asset.bin', { 1: 'flipped' }));
    const from = chunkBytes - 100;
    const { status, digest } = await get(page, '/asset.bin', `bytes=${from}-${from + 199}`);
    expect({ status, digest }).toEqual({ status: 206, digest: sha256(asset.subarray(from, from + 200)) });
    expect((await heardBy(page)).bad).toEqual([1]);
  });

  describe(`a stream of ${longBytes / MiB} MiB`, () => {
    const chunks = longBytes / chunkBytes;

    it('[E5] with wrong chunks at its beginning, middle and end: only they come from the origin, and all is right', async () => {
      for (const wrong of [0, chunks / 2, chunks - 1]) {
        const page = await suppliedBy(supplyOf('long.bin', { [wrong]: 'flipped' }));
        expect((await get(page, '/long.bin')).digest, `chunk ${wrong}`).toBe(sha256(files['long.bin']));
        expect((await heardBy(page)).bad).toEqual([wrong]);
        await page.close();
        await visits.closeAll();
      }
    }, 60_000);

    it('[E5, F14] with a wrong chunk, and without the origin: it fails, and is no short success', async () => {
      const page = await suppliedBy(supplyOf('long.bin', { [chunks / 2]: 'flipped' }));
      // It knows the release and its chunk digests.
      expect((await get(page, '/asset.bin')).digest).toBe(sha256(asset));
      await stage.site.stop();
      try {
        expect((await get(page, '/long.bin')).digest).toMatch(/Error/);
        expect((await heardBy(page)).bad).toEqual([chunks / 2]);
      } finally {
        await stage.site.start();
      }
    }, 30_000);
  });

  it("[G12] another tab's chunks for a request that was not made of it are not heard", async () => {
    const { page, visitor } = await visits.plain('/bare.html');
    await registerWorker(page);
    await becomeSupplier(page, supplyOf('asset.bin'));
    const { page: tab } = await visits.plainAgain(visitor, '/bare.html');
    // It knows the protocol, and has no port: it says what a host says, in every way that is open to it.
    const shouting = tab.evaluate(async (size) => {
      for (let round = 0; round < 200; round++) {
        for (let id = 0; id < 5; id++) {
          const { port1, port2 } = new MessageChannel();
          const lie = { t: 'chunk', id, chunk: round % 6, bytes: new ArrayBuffer(size), isFromOrigin: false };
          navigator.serviceWorker.controller?.postMessage(lie);
          navigator.serviceWorker.controller?.postMessage({ ...lie, port: port2 }, [port2]);
          port1.postMessage(lie);
        }
        await new Promise((resolve) => setTimeout(resolve));
      }
    }, chunkBytes);
    stage.site.forget();
    expect((await get(page, '/asset.bin')).digest).toBe(sha256(asset));
    await shouting;
    expect((await heardBy(page)).bad).toEqual([]);
    expect(sentBytes('/asset.bin')).toBe(0);
  });
});

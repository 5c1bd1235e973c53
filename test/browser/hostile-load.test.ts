/** Scripted peers that pollute, stall or surround a visitor, against the whole product: what the page gets is right, and in time. */
import { createHash, randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import {
  connected,
  expectEverything,
  failuresOf,
  keptDigests,
  statsAfter,
  type Visit,
} from '../support/visits.ts';
import { collision } from '../support/wire-peer/collision.ts';
import { polluter, staller, trickler } from '../support/wire-peer/lies.ts';
import { packsOf, placeOf } from '../support/wire-peer/site-packs.ts';
import type { Script } from '../support/wire-peer/wire.ts';
import { wirePeersOf } from '../support/wire-peer/wire-peer.ts';

const head = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const big = {
  'film.bin': randomBytes(4_000_000),
  'twins/a.bin': randomBytes(300_000),
  'twins/b.bin': randomBytes(300_000),
  'collision.bin': Buffer.concat([collision.signed, randomBytes(200_000)]),
};
const app = { 'app.js': `globalThis.app = true;\n// ${randomBytes(100_000).toString('hex')}\n` };
const files = {
  'index.html': `<!doctype html><title>site</title>${head}`,
  'app.html': `<!doctype html><title>app</title>${head}<script src="/app.js" defer></script>`,
  ...big,
  ...app,
};
const pieceBytes = 64 * 1024;
/** What wrong bytes may cost: a piece, or a tenth of the asset, for each. */
const wasteLimitBytes = [...Object.values(big), ...Object.values(app)].reduce(
  (sum, { length }) => sum + Math.max(pieceBytes, length / 10),
  0,
);

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind });
  const { visits } = stage;
  const wirePeer = wirePeersOf(() => placeOf(stage.site));

  async function peersOf(...scripts: readonly Script[]): Promise<void> {
    const packs = await packsOf(stage.site);
    await Promise.all(scripts.map((script) => wirePeer({ packs, script })));
  }

  /** A new visitor who is connected to so many. */
  async function victimOf(peers: number): Promise<Visit> {
    const visit = await visits.fresh();
    await connected(visit.page, peers);
    return visit;
  }

  async function expectKeptRight(page: Page, count: number): Promise<void> {
    await expect.poll(async () => (await keptDigests(page)).length).toBe(count);
    for (const { key, digest } of await keptDigests(page)) expect(digest).toBe(key);
  }

  describe('a peer that sends wrong bytes', () => {
    it('[H1, H4] only: none is answered, it is banned at its first piece, and the rest comes over HTTP', async () => {
      const pollution = polluter();
      await peersOf(pollution.script);
      const { page, log } = await victimOf(1);
      await expectEverything(page, { ...big, ...app });
      await expectKeptRight(page, 5);
      await expect.poll(() => failuresOf(page)).toContain('peer-banned');
      expect(pollution.wrongBytes).toBe(pieceBytes);
      const { swarmBytes, rejectedBytes } = await statsAfter(page, { ...big, ...app });
      expect({ swarmBytes, rejectedBytes }).toEqual({ swarmBytes: 0, rejectedBytes: pieceBytes });
      expect(log.problems()).toEqual([]);
    });

    it('[H2] in one of a hundred: none is answered, and it is banned at that piece', async () => {
      const pollution = polluter((piece) => piece === 30);
      await peersOf(pollution.script);
      const { page } = await victimOf(1);
      await expectEverything(page, { 'film.bin': big['film.bin'] });
      await expectKeptRight(page, 1);
      await expect.poll(() => failuresOf(page)).toContain('peer-banned');
      expect(pollution.wrongPieces).toBe(1);
      expect((await statsAfter(page, { 'film.bin': big['film.bin'] })).swarmBytes).toBeGreaterThan(0);
    });

    it('[H4] under eight names costs no more than the budgets of the assets, and a piece in flight from each', async () => {
      const pollutions = Array.from({ length: 8 }, () => polluter());
      await peersOf(...pollutions.map(({ script }) => script));
      const { page } = await visits.fresh();
      await page.waitForFunction(() => (window.shoal?.stats().peers ?? 0) >= 3, { timeout: 15_000 });
      await expectEverything(page, { ...big, ...app });
      await expectKeptRight(page, 5);
      const wrongBytes = pollutions.map((pollution) => pollution.wrongBytes);
      for (const bytes of wrongBytes) expect(bytes).toBeLessThanOrEqual(pieceBytes);
      expect(wrongBytes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(wasteLimitBytes);
    });

    it('[E1] that belong to another asset: they are not taken for it', async () => {
      const script: Script = {
        requested: (wire, request) => {
          const other = (request.piece + 5) % (wire.pieces - 1);
          wire.sendBlock(request, wire.blockOf({ ...request, piece: other }));
        },
      };
      await peersOf(script);
      const { page } = await victimOf(1);
      await expectEverything(page, { 'twins/a.bin': big['twins/a.bin'], 'twins/b.bin': big['twins/b.bin'] });
      await expectKeptRight(page, 2);
      await expect.poll(() => failuresOf(page)).toContain('peer-banned');
    });

    it('[E15] in the second piece of a range: the range is right all the same', async () => {
      const pollution = polluter((piece) => piece === 1);
      await peersOf(pollution.script);
      const { page } = await victimOf(1);
      const range = { from: pieceBytes - 1_000, to: pieceBytes + 50_000 };
      const got = await page.evaluate(async ({ from, to }) => {
        const answer = await fetch('/film.bin', { headers: { range: `bytes=${from}-${to - 1}` } });
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await answer.arrayBuffer()));
        return {
          status: answer.status,
          digest: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
        };
      }, range);
      const right = createHash('sha256').update(big['film.bin'].subarray(range.from, range.to)).digest('hex');
      expect(got).toEqual({ status: 206, digest: right });
      expect(pollution.wrongPieces).toBe(1);
    });

    it('[H13] of the same SHA-1 (a real collision): SHA-256 tells them apart, and their sender is banned', async () => {
      const packs = (await packsOf(stage.site)).map((pack) => {
        const bytes = Buffer.from(pack.bytes);
        const at = bytes.indexOf(collision.signed);
        if (at >= 0) bytes.set(collision.forged, at);
        return { ...pack, bytes };
      });
      await wirePeer({ packs });
      const { page } = await victimOf(1);
      await expectEverything(page, { 'collision.bin': big['collision.bin'] });
      await expectKeptRight(page, 1);
      for (const code of ['swarm-bad-bytes', 'peer-banned']) {
        await expect.poll(() => failuresOf(page)).toContain(code);
      }
    });
  });

  describe('peers that keep a visitor waiting', () => {
    it.each([
      ['[H7] take requests and never answer', staller],
      ['[H8] answer a byte a second', trickler],
    ] as const)('%s: HTTP brings everything after the time that the asset may wait', async (_, script) => {
      await peersOf(script);
      const host = await victimOf(1);
      const startedMs = performance.now();
      await expectEverything(host.page, big);
      // Awaited by its own word (`shoal.ready`): 2.5 seconds for what is large.
      expect(performance.now() - startedMs).toBeLessThan(6_000);

      const tab = await visits.plainAgain(host.visitor, '/app.html');
      const waitedMs = await tab.page.evaluate(() => {
        const [entry] = performance.getEntriesByName(new URL('/app.js', location.href).href);
        return entry?.duration ?? Infinity;
      });
      // What a page cannot render without waits 300 ms.
      expect(waitedMs).toBeLessThan(1_500);
      expect(await tab.page.evaluate(() => 'app' in globalThis)).toBe(true);
    });

    it('[H14] all that the hub names pollute, stall or trickle: HTTP brings everything', async () => {
      const { script } = polluter();
      await peersOf(script, script, script, staller, staller, staller, trickler, trickler);
      const { page } = await visits.fresh();
      await page.waitForFunction(() => (window.shoal?.stats().peers ?? 0) >= 3, { timeout: 15_000 });
      const startedMs = performance.now();
      await expectEverything(page, { ...big, ...app });
      expect(performance.now() - startedMs).toBeLessThan(8_000);
      expect((await statsAfter(page, { ...big, ...app })).swarmBytes).toBe(0);
      await expectKeptRight(page, 5);
    });
  });
});

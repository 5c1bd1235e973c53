/** A visitor whose page sends wrong bytes to its peers, against the whole product. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { makeHostile } from '../support/swarm/visitor.ts';
import {
  connected,
  expectEverything,
  failuresOf,
  keptDigests,
  statsAfter,
  type Visit,
} from '../support/visits.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'film.bin': randomBytes(4_000_000),
  'parts/a.bin': randomBytes(100_000),
  'parts/b.js': 'globalThis.b = true;\n'.repeat(2_000),
};
const pieceBytes = 64 * 1024;
/** For each of the two packs: a piece, or a tenth of the asset. */
const wasteLimitBytes = files['film.bin'].length / 10 + pieceBytes;

inEachBrowser((kind) => {
  const { visits } = siteForSuite(files, { kind });

  /** Has everything, and sends every block with one bit wrong. */
  async function polluter(): Promise<Visit> {
    const visit = await visits.fresh();
    await makeHostile(visit.page, 'pollute');
    await expectEverything(visit.page, files);
    return visit;
  }

  async function expectUnharmed({ page, log }: Visit): Promise<void> {
    await expectEverything(page, files);
    for (const code of ['swarm-bad-bytes', 'peer-banned']) {
      await expect.poll(() => failuresOf(page)).toContain(code);
    }
    const { rejectedBytes, discardedBytes } = await statsAfter(page, files);
    expect(rejectedBytes).toBeGreaterThan(0);
    expect(rejectedBytes + discardedBytes).toBeLessThanOrEqual(wasteLimitBytes);
    await expectKept(page);
    expect(log.problems()).toEqual([]);
  }

  describe('a polluter', () => {
    it('as the only peer is thrown out, and the origin answers', async () => {
      const bad = await polluter();
      const victim = await visits.fresh();
      await connected(victim.page, 1);
      await expectUnharmed(victim);
      expect((await statsAfter(victim.page, files)).swarmBytes).toBe(0);
      await connected(victim.page, 0);
      await connected(bad.page, 0);
    });

    it('beside an honest peer is thrown out, and the honest one delivers', async () => {
      const bad = await polluter();
      const good = await visits.fresh();
      await expectEverything(good.page, files);
      await connected(good.page, 0);
      const victim = await visits.fresh();
      await connected(victim.page, 2);
      await expectUnharmed(victim);
      const { swarmBytes, httpBytes } = await statsAfter(victim.page, files);
      expect(swarmBytes).toBeGreaterThan(httpBytes);
      await connected(victim.page, 1);
      await connected(bad.page, 0);
    });
  });

  describe('a page that hosts the swarm and lies to its own worker', () => {
    it('is not believed: nothing wrong is answered or kept', async () => {
      const good = await visits.fresh();
      await expectEverything(good.page, files);
      const victim = await visits.fresh();
      await connected(victim.page, 1);
      await victim.page.evaluate(lieToWorker);
      await expectEverything(victim.page, files);
      const { rejectedBytes, swarmBytes } = await statsAfter(victim.page, files);
      expect(rejectedBytes).toBeGreaterThan(0);
      expect(swarmBytes).toBe(0);
      await expectKept(victim.page);
    });
  });
});

/** Everything is kept, soon after it was answered, and right. */
async function expectKept(page: Page): Promise<void> {
  await expect.poll(() => keptDigests(page)).toHaveLength(3);
  for (const { key, digest } of await keptDigests(page)) expect(digest).toBe(key);
}

/** From now on every chunk that the page brings to the worker is wrong. */
function lieToWorker(): void {
  const original: unknown = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'postMessage')?.value;
  MessagePort.prototype.postMessage = function lie(this: MessagePort, ...args: unknown[]): void {
    const [message] = args;
    const isChunk = typeof message === 'object' && message !== null && 'bytes' in message;
    if (isChunk && message.bytes instanceof ArrayBuffer) new Uint8Array(message.bytes).reverse();
    if (typeof original === 'function') Reflect.apply(original, this, args);
  };
}

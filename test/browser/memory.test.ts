/** The worker's memory: over many visits, and while something large goes through it. */
import { createHash, randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sliceBytes } from '../../protocol/kept.ts';
import { siteForSuite } from '../support/stage.ts';
import { expectEverything } from '../support/visits.ts';
import { workerHeap } from '../support/worker-heap.ts';

const MiB = 1024 * 1024;
/** `npm run soak -- navigations` and `-- film` do all of it. */
const navigations = Number(process.env['SHOAL_NAVIGATIONS'] ?? 40);
const largeBytes = Number(process.env['SHOAL_LARGE_MIB'] ?? 96) * MiB;

const tag = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const small = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`parts/${i}.js`, `globalThis.part${i} = true;\n`.repeat(200)]),
);
const files = {
  'index.html': `<!doctype html><title>site</title>${tag}${Object.keys(small)
    .map((path) => `<script src="/${path}" defer></script>`)
    .join('')}`,
  ...small,
};

describe('many visits', () => {
  const stage = siteForSuite(files);

  it(`[G18] ${navigations} navigations: what the worker holds stays within 10 %, and nothing is left unhandled`, async () => {
    const { page, visitor, log } = await stage.visits.fresh();
    const heap = await workerHeap(visitor.context);
    const visit = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await page.reload({ waitUntil: 'load' });
    };
    // Until what runs often has been compiled.
    await visit(navigations);
    const before = { used: await heap.usedBytes(), held: await heap.heldBytes() };
    await visit(navigations);
    const after = { used: await heap.usedBytes(), held: await heap.heldBytes() };
    await heap.detach();
    const told = (of: keyof typeof before): string =>
      `${Math.round(before[of] / 1024)} KiB, after ${navigations} navigations ${Math.round(after[of] / 1024)} KiB`;
    process.stdout.write(`worker's objects: ${told('held')}; with compiled code: ${told('used')}\n`);
    expect(after.held).toBeLessThan(before.held * 1.1);
    expect(after.used).toBeLessThan(before.used * 1.1);
    await expectEverything(page, files);
    expect(log.problems()).toEqual([]);
  }, 1_800_000);
});

describe('a large film', () => {
  const large = new Uint8Array(largeBytes);
  // One call fills no more than 2 GiB - 1.
  for (let at = 0; at < largeBytes; at += 64 * MiB)
    randomFillSync(large, at, Math.min(64 * MiB, largeBytes - at));
  const stage = siteForSuite({ 'index.html': `<!doctype html>${tag}`, 'film.mp4': large });

  it(`[E9] of ${largeBytes / MiB} MiB goes through the worker in parts; it never holds 64 MiB`, async () => {
    const { page, visitor } = await stage.visits.fresh();
    const heap = await workerHeap(visitor.context);
    let peakBytes = 0;
    const step = 32 * MiB;
    for (let from = 0; from < largeBytes; from += step) {
      const digests = await page.evaluate(
        async (start, end, part) => {
          const all = [];
          for (let at = start; at < end; at += part) {
            const response = await fetch('/film.mp4', { headers: { range: `bytes=${at}-${at + part - 1}` } });
            const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
            all.push(
              response.status,
              Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''),
            );
          }
          return all;
        },
        from,
        Math.min(from + step, largeBytes),
        sliceBytes,
      );
      peakBytes = Math.max(peakBytes, await heap.usedBytes());
      for (let at = from; at < Math.min(from + step, largeBytes); at += sliceBytes) {
        const part = createHash('sha256')
          .update(large.subarray(at, at + sliceBytes))
          .digest('hex');
        expect(digests.splice(0, 2), `at ${at}`).toEqual([206, part]);
      }
    }
    await heap.detach();
    process.stdout.write(`worker's heap at most ${Math.round(peakBytes / 1024)} KiB\n`);
    expect(peakBytes).toBeLessThan(64 * MiB);
  }, 1_800_000);
});

/** Who reads the same shares the work; who leaves ends it; and no more is fetched than is asked for. */
import { randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { expect, it } from 'vitest';
import { sliceBytes } from '../../protocol/kept.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { statsAfter } from '../support/visits.ts';

const MiB = 1024 * 1024;
const tag = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const random = (bytes: number): Uint8Array => randomFillSync(new Uint8Array(bytes));
const files = {
  'index.html': `<!doctype html><title>site</title>${tag}`,
  'one.bin': random(2 * MiB),
  'two.bin': random(2 * MiB),
  'film.mp4': random(4 * MiB),
  'large.bin': random(8 * MiB),
};
/** Of what the origin sends: slow enough that there is something left to end. */
const paceBytesPerSecond = MiB;

/** Bytes of a part. */
function part(page: Page, path: string, from: number, bytes: number): Promise<number> {
  return page.evaluate(
    async (url, range) => (await (await fetch(url, { headers: { range } })).arrayBuffer()).byteLength,
    path,
    `bytes=${from}-${from + bytes - 1}`,
  );
}

function whole(page: Page, path: string): Promise<number> {
  return page.evaluate(async (url) => (await (await fetch(url)).arrayBuffer()).byteLength, path);
}

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind });
  const sentOf = (path: string): number =>
    stage.site
      .served()
      .filter((each) => each.path === path)
      .reduce((sum, { bytes }) => sum + bytes, 0);

  it('two tabs, and several readers in each, cause one request for what they read at the same time', async () => {
    const first = await stage.visits.fresh();
    const second = await stage.visits.again(first.visitor);
    stage.site.forget();
    const pages = [first.page, second.page, first.page, second.page];
    expect(await Promise.all(pages.map((page) => whole(page, '/one.bin')))).toEqual(pages.map(() => 2 * MiB));
    await expect.poll(() => sentOf('/one.bin')).toBe(2 * MiB);
    const parts = pages.map((page) => part(page, '/film.mp4', 5 * sliceBytes, 1_000));
    expect(await Promise.all(parts)).toEqual(pages.map(() => 1_000));
    await expect.poll(() => sentOf('/film.mp4')).toBe(sliceBytes);
    const { httpBytes } = await statsAfter(first.page, { 'one.bin': '' });
    const others = await statsAfter(second.page, { 'one.bin': '' });
    // Each byte is counted once as fetched.
    expect(httpBytes + others.httpBytes).toBe(2 * MiB + sliceBytes);
  });

  it('a part in the middle of a film costs less than two chunks more at each end', async () => {
    const { page } = await stage.visits.fresh();
    stage.site.forget();
    expect(await part(page, '/film.mp4', 2 * MiB + 100_000, 300_000)).toBe(300_000);
    await expect.poll(() => sentOf('/film.mp4')).toBeGreaterThanOrEqual(300_000);
    expect(sentOf('/film.mp4')).toBeLessThanOrEqual(300_000 + 2 * 131_072);
  });

  it('a fetch that is aborted ends what it began; where another waits for the same, it goes on', async () => {
    await stage.site.stop();
    await stage.site.start({ paceBytesPerSecond });
    const { page } = await stage.visits.fresh();
    const other = whole(page, '/two.bin');
    await page.evaluate(async () => {
      const over = new AbortController();
      const gone = fetch('/two.bin', { signal: over.signal }).then((answer) => answer.arrayBuffer());
      setTimeout(() => over.abort(), 300);
      await gone.catch(() => undefined);
    });
    expect(await other).toBe(2 * MiB);

    stage.site.forget();
    await page.evaluate(async () => {
      const over = new AbortController();
      const gone = fetch('/large.bin', { signal: over.signal }).then((answer) => answer.arrayBuffer());
      setTimeout(() => over.abort(), 500);
      await gone.catch(() => undefined);
    });
    await sleep(1_000);
    const [request] = stage.site.served().filter(({ path }) => path === '/large.bin');
    // Firefox is not told: there the worker ends what it has begun.
    if (kind === 'firefox') return expect(request).toBeUndefined();
    process.stdout.write(`aborted after 500 ms at 1 MiB/s: the origin sent ${request?.bytes ?? NaN} bytes\n`);
    expect(request?.bytes).toBeLessThan(2 * MiB);
  });
});

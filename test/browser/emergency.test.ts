/** The owner's emergency switch: a file without a signature. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { answeredByWorker } from '../support/answered.ts';
import { browserKinds, launchKind } from '../support/browser.ts';
import { stats } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite, type Stage } from '../support/stage.ts';
import { expectedOf, expectEverything, visitsOf, type Visit } from '../support/visits.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'plain.js': 'globalThis.plain = true;\n',
  'app.0123abcd4567.js': 'globalThis.app = true;\n',
};

const fromWorker = ({ page }: Visit): Promise<string[]> => answeredByWorker(page, files);
const everything = Object.keys(expectedOf(files));
const switchOf = ({ site }: Stage): string => join(site.dir, 'shoal/disable');

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind });
  const { visits } = stage;
  afterEach(() => rm(switchOf(stage), { force: true }));

  describe('the file is there', () => {
    it('[G2] at the next visit nothing comes from the worker, also fingerprinted files, until it is gone', async () => {
      const { page, visitor } = await visits.fresh();
      await expectEverything(page, files);
      await page.close();
      await writeFile(switchOf(stage), '');
      await (await visits.again(visitor)).page.close();
      for (const round of [1, 2]) {
        const aside = await visits.again(visitor);
        expect(await fromWorker(aside), `visit ${round}`).toEqual([]);
        expect((await stats(aside.page)).mode).toBe('http-only');
        await aside.page.close();
      }
      await rm(switchOf(stage));
      await (await visits.again(visitor)).page.close();
      const back = await visits.again(visitor);
      expect(await fromWorker(back)).toEqual(everything);
      expect((await stats(back.page)).mode).toBe('on');
    });
  });

  describe('a page of HTML is there', () => {
    it('[G2] as on hosts that answer everything with one: it does not count', async () => {
      const { page, visitor } = await visits.fresh();
      await expectEverything(page, files);
      await writeFile(switchOf(stage), `\n${files['index.html']}`);
      await visits.again(visitor);
      const next = await visits.again(visitor);
      expect(await fromWorker(next)).toEqual(everything);
      expect((await stats(next.page)).mode).toBe('on');
    });
  });
});

describe('a page that stays open', () => {
  const stage = siteForSuite(files);

  it('[G2] stands aside within 60 s of the file, whatever is in it', async () => {
    const browsers = await Promise.all(browserKinds.map((kind) => launchKind(kind)));
    try {
      const open = await Promise.all(
        browsers.map((browser) =>
          visitsOf(
            () => stage.site,
            () => browser,
          ).fresh(),
        ),
      );
      // What a first visit asks the origin by itself is over.
      await sleep(2_000);
      for (const visit of open) expect(await fromWorker(visit)).toEqual(everything);
      await writeFile(switchOf(stage), '{"mode":"on","release":{"v":1},"floor":0}');
      const startedMs = performance.now();
      for (const visit of open) {
        // A page that does something now and then.
        await expect.poll(() => fromWorker(visit), { timeout: 60_000, interval: 1_000 }).toEqual([]);
        expect(performance.now() - startedMs).toBeLessThan(60_000);
        expect((await stats(visit.page)).mode).toBe('http-only');
      }
    } finally {
      await Promise.all(browsers.map((browser) => browser.close()));
    }
  }, 120_000);
});

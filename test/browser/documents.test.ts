/** Shoal's documents are missing, wrong, old, endless or unreachable: pages work, and what was trusted stays trusted. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { changeHead } from '../../publisher/change-head.ts';
import { answer, alteredOriginForSuite, type Alteration } from '../support/altered-origin.ts';
import { answeredByWorker } from '../support/answered.ts';
import { digestInPage, sha256, stats } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { expectEverything, failuresOf, keptDigests, type Visit } from '../support/visits.ts';

const dayMs = 86_400_000;
const fingerprinted = 'app.0123abcd4567.js';
const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'plain.js': 'globalThis.plain = true;\n',
  [fingerprinted]: 'globalThis.app = true;\n',
  'large.bin': randomBytes(200_000),
};
const everything = ['/plain.js', `/${fingerprinted}`, '/large.bin'];

/** For one path, or for all below it. */
const only =
  (path: string, reply: (response: Parameters<Alteration>[1]) => true): Alteration =>
  (asked, response) =>
    asked.startsWith(path) && reply(response);

/** As if the origin's clock was wrong; what it serves is as usual. */
const dated =
  (days: number): Alteration =>
  (_, response) => {
    response.setHeader('date', new Date(Date.now() + days * dayMs).toUTCString());
    return false;
  };

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind, hub: { url: null } });
  const { visits } = stage;
  const origin = alteredOriginForSuite(stage);

  /** Somebody who has everything, in a page that is closed again. */
  async function known(): Promise<Visit['visitor']> {
    const { page, visitor } = await visits.fresh();
    expect(await answeredByWorker(page, files)).toEqual(everything);
    await expect.poll(() => keptDigests(page)).toHaveLength(everything.length);
    await page.close();
    return visitor;
  }
  const release = async (page: Page): Promise<string | null> => (await stats(page)).release;

  describe('the head', () => {
    it.each([
      ['is an error', answer.status(500)],
      ['is a page', answer.status(200, files['index.html'], { 'content-type': 'text/html' })],
      ['is a redirect', answer.status(302, '', { location: 'http://127.0.0.1:9/head.json' })],
      ['is empty', answer.status(200)],
    ])('[B11] %s: the last good release stays', async (_, reply) => {
      const visitor = await known();
      const before = await visits.again(visitor);
      const trusted = await release(before.page);
      origin().alter(only('/shoal/head.json', reply));
      const { page, log } = await visits.again(visitor);
      expect(await answeredByWorker(page, files)).toContain(`/${fingerprinted}`);
      expect(await release(page)).toBe(trusted);
      expect(log.problems()).toEqual([]);
      origin().alter();
      expect(await answeredByWorker((await visits.again(visitor)).page, files)).toEqual(everything);
    });

    it('[B11] is gone: workers stand aside, and go on with what they trusted when it is back', async () => {
      const visitor = await known();
      const trusted = await release((await visits.again(visitor)).page);
      origin().alter(only('/shoal/head.json', answer.status(404)));
      await visits.again(visitor);
      const aside = await visits.again(visitor);
      expect(await answeredByWorker(aside.page, files)).toEqual([]);
      expect(await release(aside.page)).toBe(trusted);
      origin().alter();
      await visits.again(visitor);
      origin().asked();
      const back = await visits.again(visitor);
      expect(await answeredByWorker(back.page, files)).toEqual(everything);
      expect(
        origin()
          .asked()
          .filter((path) => everything.includes(path)),
      ).toEqual([]);
    });

    it('[A16] does not end: it is cut off, and pages do not wait for it', async () => {
      const visitor = await known();
      let isCut = false;
      let sent = 0;
      origin().alter(
        only('/shoal/head.json', (response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          const more = (): unknown =>
            isCut || (response.write('x'.repeat(1_000)), (sent += 1_000), setTimeout(more, 5));
          response.on('close', () => (isCut = true));
          more();
          return true;
        }),
      );
      const { page } = await visits.again(visitor);
      expect(await answeredByWorker(page, files)).toContain(`/${fingerprinted}`);
      await expect.poll(() => isCut, { timeout: 5_000 }).toBe(true);
      expect(sent).toBeLessThan(200_000);
    });

    it('[B24] is asked for once for a page, and so is the emergency switch; [B22] what is kept costs no request', async () => {
      const visitor = await known();
      origin().asked();
      const { page } = await visits.again(visitor);
      expect(await answeredByWorker(page, files)).toEqual(everything);
      await expectEverything(page, files);
      await sleep(300);
      const asked = origin().asked();
      expect(asked.filter((path) => path.startsWith('/shoal/')).sort()).toEqual([
        '/shoal/disable',
        '/shoal/head.json',
      ]);
      expect(asked.filter((path) => everything.includes(path))).toEqual([]);
    });
  });

  describe('the release', () => {
    const next = { 'new.js': 'globalThis.news = true;\n', 'plain.js': 'globalThis.plain = 2;\n' };

    it('[B12] is missing: the last good one stays, and what the origin may have changed comes from there', async () => {
      const visitor = await known();
      const trusted = await release((await visits.again(visitor)).page);
      await stage.site.release(next);
      origin().alter(only('/shoal/release/', answer.status(404)));
      const { page, log } = await visits.again(visitor);
      expect(await answeredByWorker(page, { ...files, ...next })).toEqual([`/${fingerprinted}`]);
      expect(await release(page)).toBe(trusted);
      expect((await stats(page)).mode).toBe('on');
      expect(log.problems()).toEqual([]);
      origin().alter();
      const later = await visits.again(visitor);
      expect(await answeredByWorker(later.page, { ...files, ...next })).toContain('/new.js');
      await stage.site.release({ ...files, 'new.js': undefined });
    });

    it('[E3] has chunk digests that were changed: assets of several chunks come from the origin', async () => {
      origin().alter(only('/shoal/layers/', answer.status(200, 'x'.repeat(128))));
      const { page } = await visits.fresh();
      expect(await digestInPage(page, '/large.bin')).toBe(sha256(files['large.bin']));
      expect(await answeredByWorker(page, files)).not.toContain('/large.bin');
      expect(await failuresOf(page)).toContain('worker');
    });
  });

  describe('the clock', () => {
    it('[B5, B7] says that nothing was published for 400 days: pages load, fingerprinted files from the worker', async () => {
      const visitor = await known();
      origin().alter(dated(400));
      for (let visit = 0; visit < 3; visit++) {
        const { page, log } = await visits.again(visitor);
        expect(await answeredByWorker(page, files)).toEqual([`/${fingerprinted}`]);
        expect(log.messages).toEqual([]);
        await page.close();
      }
      origin().alter();
      expect(await answeredByWorker((await visits.again(visitor)).page, files)).toEqual(everything);
    });

    it.each([365, -365])('[B6] of the visitor is %d days off: as with a right one', async (days) => {
      const worker = join(stage.site.dir, 'shoal-sw.js');
      const shipped = await readFile(worker, 'utf8');
      await writeFile(
        worker,
        shipped.replace('\n', () => `\nDate.now = ((now) => () => now() + ${days * dayMs})(Date.now);\n`),
      );
      try {
        const visitor = await known();
        const { page } = await visits.again(visitor);
        expect(await answeredByWorker(page, files)).toEqual(everything);
      } finally {
        await writeFile(worker, shipped);
      }
    });
  });

  describe('what is stored', () => {
    it('[B21] is evicted, with the worker running: as on a first visit, without errors', async () => {
      const visitor = await known();
      const { page, log } = await visits.again(visitor);
      await page.evaluate(async () => {
        for (const name of await caches.keys()) await caches.delete(name);
      });
      expect(await answeredByWorker(page, files)).toEqual(everything);
      const next = await visits.again(visitor);
      expect(await answeredByWorker(next.page, files)).toEqual(everything);
      expect([...log.problems(), ...next.log.problems()]).toEqual([]);
    });

    it('[B20] is deleted by a page script: a revoked release stays revoked', async () => {
      const old = await readFile(join(stage.site.dir, 'shoal/head.json'));
      await stage.site
        .release({ 'plain.js': 'globalThis.plain = 3;\n' })
        .then(() =>
          changeHead(
            { dir: stage.site.dir, config: join(stage.site.folder, 'shoal.config.json') },
            ({ head: newest }) => ({ floor: newest?.head.release.v ?? 0 }),
          ),
        );
      try {
        const { page, visitor } = await visits.fresh();
        await page.evaluate(async () => {
          for (const name of await caches.keys()) await caches.delete(name);
        });
        await page.close();
        // Whoever stands between serves what was signed once.
        origin().alter((path, response) => {
          if (path !== '/shoal/head.json') return false;
          response.end(old);
          return true;
        });
        const worker = await visits.plainAgain(visitor);
        await worker.page.evaluate(async () => {
          await (await navigator.serviceWorker.getRegistration())?.unregister();
        });
        await worker.page.close();
        const next = await visits.again(visitor);
        expect(await digestInPage(next.page, '/plain.js')).toBe(sha256('globalThis.plain = 3;\n'));
        expect(await stats(next.page)).toMatchObject({ mode: 'no-manifest', release: null });
      } finally {
        await stage.site.release({ 'plain.js': files['plain.js'] });
      }
    });
  });
});

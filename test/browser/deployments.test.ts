/** Visitors come and go while one release follows the other: no page is given files of two of them. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documentsCacheName } from '../../protocol/kept.ts';
import { answeredByWorker } from '../support/answered.ts';
import { digestInPage } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import type { Visit } from '../support/visits.ts';

/** Navigations in each browser; `npm run soak -- deployments` does a thousand. */
const navigations = Number(process.env['SHOAL_NAVIGATIONS'] ?? 24);
const lanes = 3;
const names = ['one.js', 'two.js', 'three.js', 'four.js'];

/** Every file says of which version it is, in the same number of bytes. */
const filesOf = (version: number): Record<string, string> => ({
  'index.html':
    `<!doctype html><html lang="${version}"><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>` +
    names.map((name) => `<script src="/${name}" defer></script>`).join(''),
  ...Object.fromEntries(
    names.map((name) => [name, `(globalThis.ran ??= []).push(${String(version).padStart(6, '0')});\n`]),
  ),
});

/** The different texts that the worker has given a page. */
async function givenTo({ page }: Visit): Promise<string[]> {
  return page.evaluate(async (paths) => {
    const answers = await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(path);
        const text = await response.text();
        return /^"[\w-]{43}"$/.test(response.headers.get('etag') ?? '') ? text : undefined;
      }),
    );
    return [...new Set(answers.filter((text) => text !== undefined))];
  }, names);
}

inEachBrowser((kind) => {
  const stage = siteForSuite(filesOf(1), { kind });
  const { visits } = stage;

  describe('a deployment', () => {
    it(`[B16] races with ${navigations} navigations: a worker answers a page from one release`, async () => {
      const visitors = await Promise.all(
        Array.from({ length: lanes }, async () => {
          const { page, visitor } = await visits.fresh();
          expect(await answeredByWorker(page, filesOf(1))).toHaveLength(names.length);
          await page.close();
          return visitor;
        }),
      );
      let version = 1;
      const toCome = Array.from({ length: navigations }, (_, i) => i);
      let mixed = 0;
      let answered = 0;
      const visiting = visitors.map(async (visitor) => {
        while (toCome.pop() !== undefined) {
          const visit = await visits.plainAgain(visitor);
          // Once at the beginning, and once when another release may be there.
          const texts = new Set([...(await givenTo(visit)), ...(await givenTo(visit))]);
          if (texts.size > 1) mixed++;
          if (texts.size > 0) answered++;
          await visit.page.close();
        }
      });
      const deploying = (async () => {
        for (; toCome.length > 0; version++) {
          await stage.site.release(filesOf(version + 1));
          await new Promise((resolve) => setTimeout(resolve, 1_500));
        }
      })();
      await Promise.all([...visiting, deploying]);
      expect(mixed).toBe(0);
      expect(version).toBeGreaterThan(1);
      expect(answered).toBeGreaterThan(0);
    }, 1_800_000);

    it('after others leaves nothing behind: documents that none of the last four releases names are forgotten', async () => {
      const { page, visitor } = await visits.fresh();
      for (let i = 0; i < 5; i++) {
        // Of several chunks, so that the worker needs the release's chunk digests, too.
        await stage.site.release({ 'large.bin': randomBytes(200_000) });
        const visit = await visits.again(visitor);
        await digestInPage(visit.page, '/large.bin');
        await visit.page.close();
      }
      const count = (kind: string): Promise<number> =>
        page.evaluate(
          async (name, part) =>
            (await (await caches.open(name)).keys()).filter(({ url }) => url.includes(part)).length,
          documentsCacheName,
          `/documents/${kind}/`,
        );
      await visits.again(visitor);
      await expect.poll(() => count('layers')).toBeLessThanOrEqual(4);
      expect(await count('layers')).toBeGreaterThan(0);
      expect(await count('release')).toBeLessThanOrEqual(4);
    });
  });
});

/** What the worker answers is what an origin would answer: statuses, headers, ranges, conditions (RFC 9110). */
import { createHash, randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask as askIn, type Answer } from '../support/ask.ts';
import { sha256 } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';

const html =
  '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const big = randomBytes(1_500_000);
const files = {
  'index.html': html,
  'other.html': html.replace('site', 'other'),
  'robots.txt': 'User-agent: *\n',
  'text.txt': 'text\n'.repeat(50),
  'empty.txt': '',
  'styles/main.css': 'body { color: teal }\n',
  'data.json': '{"answer":42}\n',
  'app.wasm': Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0),
  'headers.js': 'export {};\n',
  'odd.name': 'odd\n',
  'big.bin': big,
  'ranges.bin': big.subarray(7),
};
const settings = {
  share: {
    rules: [
      { match: 'odd.name', contentType: 'text/x-odd; charset=utf-8' },
      {
        match: 'headers.js',
        headers: { 'cross-origin-resource-policy': 'same-origin', 'timing-allow-origin': '*' },
      },
    ],
  },
};

/** Our own tag: nobody but the worker answers with the digest as entity tag. */
function etagOf(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url')}"`;
}

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { ...settings, kind, visitsLast: 'suite' });
  const { visits } = stage;

  let page: Page;
  beforeAll(async () => {
    ({ page } = await visits.fresh());
  }, 120_000);

  /** What a fetch of the page gets. */
  const ask = (path: string, init?: RequestInit): Promise<Answer> => askIn(page, path, init);

  describe('a whole asset', () => {
    it.each([
      ['text.txt', 'text/plain; charset=utf-8'],
      ['empty.txt', 'text/plain; charset=utf-8'],
      ['styles/main.css', 'text/css; charset=utf-8'],
      ['data.json', 'application/json; charset=utf-8'],
      ['app.wasm', 'application/wasm'],
      ['odd.name', 'text/x-odd; charset=utf-8'],
      ['big.bin', 'application/octet-stream'],
    ] as const)('[F4] %s comes with exactly the signed headers', async (path, contentType) => {
      const content = files[path];
      const { status, headers, sha256: digest } = await ask(`/${path}`);
      expect(digest).toBe(sha256(content));
      expect({ status, headers }).toEqual({
        status: 200,
        headers: {
          'content-type': contentType,
          'content-length': String(content.length),
          'x-content-type-options': 'nosniff',
          'accept-ranges': 'bytes',
          etag: etagOf(content),
        },
      });
    });

    it('has the further headers that the owner signed', async () => {
      const { headers } = await ask('/headers.js');
      expect(headers).toMatchObject({
        'cross-origin-resource-policy': 'same-origin',
        'timing-allow-origin': '*',
      });
    });

    it('[E17] answers HEAD with the headers alone', async () => {
      const { status, headers, length } = await ask('/big.bin', { method: 'HEAD' });
      expect({ status, length }).toEqual({ status: 200, length: 0 });
      expect(headers).toMatchObject({ 'content-length': '1500000', etag: etagOf(big) });
    });

    it('[E8] that is empty is answered, and has no parts', async () => {
      expect(await ask('/empty.txt')).toMatchObject({ status: 200, length: 0, sha256: sha256('') });
      expect((await ask('/empty.txt', { headers: { range: 'bytes=0-' } })).status).toBe(416);
    });

    // A fetch with a condition of its own is one past the cache for Firefox, and so is not ours (Fetch, section 4.6).
    it.runIf(kind === 'chromium')('[F3] is not sent again to whoever has it', async () => {
      const etag = etagOf(files['text.txt']);
      for (const condition of [etag, `"other", ${etag}`, `W/${etag}`]) {
        const { status, length, headers } = await ask('/text.txt', {
          headers: { 'if-none-match': condition },
        });
        expect({ condition, status, length }).toEqual({ condition, status: 304, length: 0 });
        expect(headers['etag']).toBe(etag);
      }
      const { status } = await ask('/text.txt', { headers: { 'if-none-match': '"other"' } });
      expect(status).toBe(200);
    });
  });

  describe('a range', () => {
    const content = files['ranges.bin'];
    const { length } = content;
    const satisfiable = [
      ['bytes=0-0', 0, 1],
      ['bytes=10-19', 10, 20],
      ['bytes=524280-524299', 524_280, 524_300],
      ['bytes=65536-', 65_536, length],
      ['bytes=-7', length - 7, length],
      [`bytes=-${length + 1}`, 0, length],
      [`bytes=100-${length + 100}`, 100, length],
      [`bytes=${length - 1}-`, length - 1, length],
    ] as const;

    async function expectParts(): Promise<void> {
      for (const [range, from, to] of satisfiable) {
        const { status, headers, sha256: digest } = await ask('/ranges.bin', { headers: { range } });
        expect({ range, status, headers, digest }).toEqual({
          range,
          status: 206,
          headers: {
            'content-type': 'application/octet-stream',
            'content-length': String(to - from),
            'content-range': `bytes ${from}-${to - 1}/${length}`,
            'x-content-type-options': 'nosniff',
            'accept-ranges': 'bytes',
            etag: etagOf(content),
          },
          digest: sha256(content.subarray(from, to)),
        });
      }
    }

    it('[E10] is answered with exactly these bytes', expectParts);

    it('is answered in the same way when the whole is kept', async () => {
      expect((await ask('/ranges.bin')).status).toBe(200);
      await expectParts();
    });

    it('[E11] beyond the end is refused with the length', async () => {
      for (const range of [`bytes=${length}-`, `bytes=${length + 5}-${length + 9}`, 'bytes=-0']) {
        const { status, headers } = await ask('/ranges.bin', { headers: { range } });
        expect({ range, status }).toEqual({ range, status: 416 });
        expect(headers['content-range']).toBe(`bytes */${length}`);
      }
    });

    it('[E12, E13] that cannot be understood, or several at once, is answered with the whole', async () => {
      for (const range of ['bytes=a-b', 'bytes=9-3', 'bytes=-', 'bytes=0-1,4-5', 'lines=0-1', 'bytes 0-1']) {
        const { status, sha256: digest } = await ask('/ranges.bin', { headers: { range } });
        expect({ range, status, digest }).toEqual({ range, status: 200, digest: sha256(content) });
      }
    });

    it('[E16] after the first two bytes, as Safari asks for media: the parts fit together', async () => {
      for (const [range, from, to] of [
        ['bytes=0-1', 0, 2],
        ['bytes=0-', 0, length],
        ['bytes=900000-', 900_000, length],
        ['bytes=65000-131999', 65_000, 132_000],
        [`bytes=${length - 100}-${length - 1}`, length - 100, length],
      ] as const) {
        const { status, headers, sha256: digest } = await ask('/ranges.bin', { headers: { range } });
        expect({ range, status, digest }).toEqual({
          range,
          status: 206,
          digest: sha256(content.subarray(from, to)),
        });
        expect(headers['content-range']).toBe(`bytes ${from}-${to - 1}/${length}`);
      }
    });

    it.runIf(kind === 'chromium')(
      '[E14] under If-Range is a part only of what the visitor has the rest of',
      async () => {
        const range = 'bytes=5-9';
        const same = await ask('/ranges.bin', { headers: { range, 'if-range': etagOf(content) } });
        expect(same).toMatchObject({ status: 206, length: 5 });
        for (const other of ['"other"', `W/${etagOf(content)}`, new Date().toUTCString()]) {
          const { status, length: whole } = await ask('/ranges.bin', {
            headers: { range, 'if-range': other },
          });
          expect({ other, status, whole }).toEqual({ other, status: 200, whole: length });
        }
      },
    );
  });

  describe('what is not ours', () => {
    /** The origin's own answer: it has another entity tag, and the server has seen the request. */
    async function expectOrigin(path: string, init: RequestInit, status: number): Promise<void> {
      stage.site.forget();
      const answer = await ask(path, init);
      expect({ path, status: answer.status }).toEqual({ path, status });
      expect(answer.headers['etag'] ?? '').not.toMatch(/^"[\w-]{43}"$/);
      // The server counts an answer when the last of it is on its way.
      await expect.poll(() => stage.site.served().map(({ path: served }) => served)).toEqual([path]);
    }

    it('[F1] goes to the origin as it is: other methods, queries, unlisted files, what is not there', async () => {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        await expectOrigin('/text.txt', { method }, 405);
      }
      await expectOrigin('/text.txt?v=2', {}, 200);
      await expectOrigin('/robots.txt', {}, 200);
      await expectOrigin('/nothing.txt', {}, 404);
      await expectOrigin('/other.html', {}, 200);
      await expectOrigin('/shoal/head.json', {}, 200);
    });

    it('[F2] goes to the origin as it is: requests past the cache, or with credentials of their own', async () => {
      await expectOrigin('/text.txt', { cache: 'no-store' }, 200);
      await expectOrigin('/text.txt', { cache: 'reload' }, 200);
      await expectOrigin('/text.txt', { headers: { authorization: 'Basic eDp5' } }, 200);
    });

    it('is a navigation, to a page and to an asset', async () => {
      const { page: tab } = await visits.fresh();
      for (const path of ['/other.html', '/text.txt']) {
        const response = await tab.goto(stage.site.origin + path);
        if (kind === 'chromium') expect(response?.fromServiceWorker()).toBe(false);
        expect(response?.headers()['etag']).not.toMatch(/^"[\w-]{43}"$/);
      }
      await tab.close();
    });
  });
});

/** Between a page and an origin that compresses, redirects or is another one. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { answer, alteredOriginForSuite } from '../support/altered-origin.ts';
import { ask } from '../support/ask.ts';
import { answeredByWorker } from '../support/answered.ts';
import { digestInPage, sha256 } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { keptDigests } from '../support/visits.ts';

const tag = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const good = 'document.documentElement.lang += " good";\n';
const integrity = `sha256-${createHash('sha256').update(good).digest('base64')}`;
const files = {
  'index.html': `<!doctype html><title>site</title>${tag}`,
  'sri.html':
    `<!doctype html><html lang="page"><title>sri</title>${tag}` +
    `<script src="/good.js" integrity="${integrity}"></script><script src="/other.js" integrity="${integrity}"></script>`,
  'good.js': good,
  'other.js': 'document.documentElement.lang += " wrong";\n',
  'text.txt': 'text '.repeat(20_000),
};

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind, hub: { url: null } });
  const { visits } = stage;
  const origin = alteredOriginForSuite(stage);

  describe('an origin', () => {
    it('[F5] that compresses: the answer is not compressed, and as long as the asset', async () => {
      const { page } = await visits.fresh();
      const body = gzipSync(files['text.txt']);
      origin().alter((path, response) => {
        if (path !== '/text.txt') return false;
        const headers = {
          'content-encoding': 'gzip',
          'content-length': body.length,
          vary: 'accept-encoding',
        };
        response.writeHead(200, headers).end(body);
        return true;
      });
      for (const from of ['the origin', 'the cache']) {
        const { headers, length } = await ask(page, '/text.txt');
        expect({ from, length, stated: headers['content-length'] }).toEqual({
          from,
          length: files['text.txt'].length,
          stated: String(files['text.txt'].length),
        });
        expect(headers).not.toHaveProperty('content-encoding');
        expect(headers).not.toHaveProperty('vary');
      }
      expect(await digestInPage(page, '/text.txt')).toBe(sha256(files['text.txt']));
    });

    it('[F8] that redirects a listed URL to something else: the page is redirected', async () => {
      const { page } = await visits.fresh();
      origin().alter(
        (path, response) =>
          path === '/text.txt' && answer.status(302, '', { location: '/good.js?moved' })(response),
      );
      const { redirected, url, length } = await ask(page, '/text.txt');
      expect({ redirected, url, length }).toEqual({
        redirected: true,
        url: `${stage.site.origin}/good.js?moved`,
        length: good.length,
      });
      expect((await keptDigests(page)).map(({ key }) => key)).not.toContain(sha256(files['text.txt']));
    });
  });

  describe('another origin', () => {
    it('[F2, F9] is asked by the page itself, with its credentials, and nothing of it is kept', async () => {
      const other = createServer((request, response) => {
        response.writeHead(200, {
          'content-type': 'text/plain',
          'access-control-allow-origin': stage.site.origin,
          'access-control-allow-credentials': 'true',
          'x-cookie': request.headers.cookie ?? 'none',
          'access-control-expose-headers': 'x-cookie',
          'set-cookie': 'who=visitor',
        });
        response.end(good);
      }).listen(0, '127.0.0.1');
      await once(other, 'listening');
      try {
        const address = other.address();
        const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/good.js`;
        const { page } = await visits.fresh();
        await sleep(1_000);
        const before = (await keptDigests(page)).length;
        expect(await ask(page, url, { mode: 'no-cors' })).toMatchObject({ type: 'opaque', status: 0 });
        await ask(page, url, { credentials: 'include' });
        const second = await ask(page, url, { credentials: 'include' });
        expect(second).toMatchObject({ type: 'cors', status: 200, headers: { 'x-cookie': 'who=visitor' } });
        expect(await keptDigests(page)).toHaveLength(before);
      } finally {
        other.close();
      }
    });
  });

  it('[F11] the browser itself checks what a page says of a script, also on what the worker answers', async () => {
    const { page, visitor } = await visits.fresh();
    expect(await answeredByWorker(page, files)).toContain('/other.js');
    const next = await visits.plainAgain(visitor, '/sri.html');
    await next.page.waitForFunction(() => document.documentElement.lang.includes('good'));
    expect(await next.page.evaluate(() => document.documentElement.lang)).toBe('page good');
  });
});

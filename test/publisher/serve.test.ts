import { request } from 'node:http';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSite, serve, type ListeningSite, type Site } from '../../publisher/index.ts';
import { rangeWish } from '../../publisher/serve/byte-range.ts';
import { containing, noise, project, publishProject, type Project } from './fixture.ts';

const media = noise(200_000, 5);
const files = {
  'index.html': '<html></html>',
  'sub/index.html': '<html>sub</html>',
  'app.4f3a9c1b.js': 'a()',
  'style.css': 's {}',
  'film.mp4': media,
  '.env': 'SECRET=1',
};

async function start(): Promise<{ made: Project; site: Site; listening: ListeningSite; url: string }> {
  const made = await project(files, {
    share: { rules: [{ match: 'style.css', headers: { 'cross-origin-resource-policy': 'same-origin' } }] },
  });
  await publishProject(made);
  const site = createSite({ dir: made.dist });
  const listening = await site.listen();
  onTestFinished(() => listening.close());
  return { made, site, listening, url: listening.origin };
}

/** A request whose path no client library has tidied up. */
function rawStatus(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the static server', () => {
  test.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/sub/', 'text/html; charset=utf-8', 'no-cache'],
    ['/app.4f3a9c1b.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/style.css', 'text/css; charset=utf-8', 'no-cache'],
    ['/shoal.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['/shoal-sw.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['/shoal/head.json', 'application/json; charset=utf-8', 'no-store'],
    ['/shoal/root/1.json', 'application/json; charset=utf-8', 'no-cache'],
  ])('serves %s as %s with Cache-Control: %s', async (path, type, cacheControl) => {
    const { url } = await start();
    const response = await fetch(url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('cache-control')).toBe(cacheControl);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  test('sends the headers that the release signs', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/style.css`);
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test.each([
    ['bytes=0-0', 206, 0, 0],
    ['bytes=65530-131080', 206, 65_530, 131_080],
    ['bytes=199990-', 206, 199_990, 199_999],
    ['bytes=-10', 206, 199_990, 199_999],
    ['bytes=100-999999', 206, 100, 199_999],
    ['bytes=5-1', 200, 0, 199_999],
    ['bytes=z-', 200, 0, 199_999],
    ['items=0-1', 200, 0, 199_999],
    ['bytes=0-1,5-6', 200, 0, 199_999],
  ])('answers Range: %s with %i', async (range, status, first, last) => {
    const { url } = await start();
    const response = await fetch(`${url}/film.mp4`, { headers: { range } });
    expect(response.status).toBe(status);
    const contentRange = status === 206 ? `bytes ${first}-${last}/200000` : null;
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(response.headers.get('content-length')).toBe(String(last - first + 1));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(media.subarray(first, last + 1)));
  });

  test('answers a range behind the end with 416', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/film.mp4`, { headers: { range: 'bytes=200000-' } });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */200000');
    expect(rangeWish('bytes=-0', 10)).toEqual({ kind: 'unsatisfiable' });
    expect(rangeWish('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
  });

  test('answers 304 to whoever has it, and a range only of the same file', async () => {
    const { url, made } = await start();
    const etag = (await fetch(`${url}/film.mp4`)).headers.get('etag') ?? '';
    const again = await fetch(`${url}/film.mp4`, { headers: { 'if-none-match': `"x", W/${etag}` } });
    expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
    const part = { range: 'bytes=0-9', 'if-range': etag };
    expect((await fetch(`${url}/film.mp4`, { headers: part })).status).toBe(206);
    await writeFile(join(made.dist, 'film.mp4'), noise(200_000, 6));
    expect((await fetch(`${url}/film.mp4`, { headers: part })).status).toBe(200);
    expect((await fetch(`${url}/film.mp4`, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  test('answers HEAD without a body, other methods with 405, a folder with its slash', async () => {
    const { url } = await start();
    const head = await fetch(`${url}/film.mp4`, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('200000');
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    expect((await fetch(`${url}/film.mp4`, { method: 'POST', body: 'x' })).status).toBe(405);
    const folder = await fetch(`${url}/sub`, { redirect: 'manual' });
    expect([folder.status, folder.headers.get('location')]).toEqual([308, '/sub/']);
  });

  test('leads nowhere out of the folder and shows nothing hidden', async () => {
    const { listening, made } = await start();
    await symlink(made.config, join(made.dist, 'link.json'));
    for (const path of [
      '/../shoal.config.json',
      '/%2e%2e/shoal.config.json',
      '/..%2fshoal.config.json',
      '/.env',
      '/link.json',
      '//etc/passwd',
      '/nothing',
    ]) {
      expect(await rawStatus(listening.port, path)).toBe(404);
    }
  });

  test('counts the body bytes of every answer', async () => {
    const { url, site } = await start();
    await (await fetch(`${url}/film.mp4`)).arrayBuffer();
    await (await fetch(`${url}/film.mp4`, { headers: { range: 'bytes=0-99' } })).arrayBuffer();
    await (await fetch(`${url}/style.css?v=1`)).arrayBuffer();
    await expect.poll(() => site.originCounts().requests).toBe(3);
    expect(site.originCounts().bytes).toBe(200_104);
    expect(site.originCounts().paths.get('/film.mp4')).toEqual({ requests: 2, bytes: 200_100 });
  });

  test('keeps to its pace', async () => {
    const made = await project(files);
    const listening = await createSite({ dir: made.dist, paceBytesPerSecond: 400_000 }).listen();
    onTestFinished(() => listening.close());
    const start = performance.now();
    await (await fetch(`${listening.origin}/film.mp4`)).arrayBuffer();
    expect(performance.now() - start).toBeGreaterThan(450);
  });

  test('breaks an answer off, and does not end it, when the visitor is cut', async () => {
    const made = await project(files);
    const listening = await createSite({ dir: made.dist, paceBytesPerSecond: 100_000 }).listen();
    const response = await fetch(`${listening.origin}/film.mp4`);
    const outcome = response.arrayBuffer().then(
      () => 'whole',
      () => 'broken',
    );
    await listening.close();
    expect(await outcome).toBe('broken');
  });
});

describe('serve', () => {
  test('puts the hub beside the site, which tells it what was sent', async () => {
    const made = await project(files);
    await publishProject(made);
    const serving = await serve({ dir: made.dist, config: made.config, port: 0, databasePath: ':memory:' });
    onTestFinished(() => serving.close());
    expect((await fetch(`${serving.hubUrl}health`)).status).toBe(200);
    await (await fetch(`${serving.url}film.mp4`)).arrayBuffer();
    await (await fetch(serving.url)).arrayBuffer();
    await expect.poll(() => serving.originCounts().requests).toBe(2);
    const query = new URLSearchParams({ site: 'https://example.com', range: '1h' });
    await expect
      .poll(async () => {
        const summary: unknown = await (await fetch(`${serving.hubUrl}api/summary?${query}`)).json();
        return typeof summary === 'object' && summary !== null && 'origin' in summary
          ? summary.origin
          : undefined;
      })
      .toEqual({ assetBytes: 200_000, otherBytes: 13, requests: 2 });
  });

  test('says that a port is taken', async () => {
    const made = await project(files);
    await publishProject(made);
    const first = await serve({ dir: made.dist, config: made.config, port: 0, databasePath: ':memory:' });
    onTestFinished(() => first.close());
    await expect(
      serve({ dir: made.dist, config: made.config, port: first.port, databasePath: ':memory:' }),
    ).rejects.toMatchObject({ code: 'io', message: containing('cannot listen') });
  });
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, newVisitor, type RunningBrowser, type Visitor } from '../support/browser.ts';
import { digestInPage, ready, sha256, startShoalSite, stats, type ShoalSite } from '../support/shoal-site.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'app.js': 'globalThis.app = true;\n'.repeat(100),
  'style.css': 'body { color: teal }\n',
  'big.bin': randomBytes(3_000_000),
  'small/a.txt': randomBytes(20_000),
  'small/b.txt': randomBytes(5_000),
  'empty.txt': '',
};

let site: ShoalSite;
let browser: RunningBrowser;
const visitors: Visitor[] = [];

beforeAll(async () => {
  site = await startShoalSite(files);
  browser = await launch();
}, 120_000);

afterAll(async () => {
  for (const visitor of visitors) await visitor.close();
  await browser?.close();
  await site?.close();
});

async function visit() {
  const visitor = await newVisitor({ isolated: 'context', browser });
  visitors.push(visitor);
  const visited = await visitor.open(`${site.origin}/`);
  expect(await ready(visited.page)).toEqual({ worker: true, reason: '' });
  return visited;
}

describe('a first visitor and one who comes later', () => {
  it('gets every byte as published, over HTTP while there is nobody else', async () => {
    const { page, log } = await visit();
    for (const [path, content] of Object.entries(files)) {
      if (path !== 'index.html') expect(await digestInPage(page, `/${path}`), path).toBe(sha256(content));
    }
    const { httpBytes, swarmBytes } = await stats(page);
    expect(swarmBytes).toBe(0);
    expect(httpBytes).toBeGreaterThan(3_000_000);
    expect(log.problems()).toEqual([]);
  });

  it('takes nearly everything from the first one, byte for byte, and then from the cache', async () => {
    const { page, log } = await visit();
    site.forget();
    for (const [path, content] of Object.entries(files)) {
      if (path !== 'index.html') expect(await digestInPage(page, `/${path}`), path).toBe(sha256(content));
    }
    const first = await stats(page);
    expect(first.swarmBytes / (first.swarmBytes + first.httpBytes)).toBeGreaterThan(0.9);
    expect(site.served().filter(({ path }) => path === '/big.bin')).toEqual([]);
    expect(await digestInPage(page, '/big.bin')).toBe(sha256(files['big.bin']));
    const second = await stats(page);
    expect(second.swarmBytes).toBe(first.swarmBytes);
    expect(second.cacheBytes - first.cacheBytes).toBe(files['big.bin'].length);
    expect(log.problems()).toEqual([]);
  });
});

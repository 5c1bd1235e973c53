import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoResult } from '../../demo-site/demo.ts';
import { buildDemoSite } from '../../scripts/build-demo-site.ts';
import { type PlainServer, servePlainly } from '../demo-site/plain-server.ts';
import { newVisitor, type VisitedPage, type Visitor } from '../support/browser.ts';
import { removeFolder, temporaryFolder } from '../support/tmp.ts';

// What WebGL draws without a graphics card takes long: one test has it, the others see the flat Earth.
const withoutWebGl = ['--disable-3d-apis'];

let folder: string;
let dir: string;
let published: Record<string, string>;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  dir = join(folder, 'site');
  const assets = await buildDemoSite(dir);
  published = Object.fromEntries(Object.entries(assets).map(([path, { sha256 }]) => [path, sha256]));
}, 120_000);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await removeFolder(folder);
});

async function visit(
  server: PlainServer,
  args: readonly string[],
): Promise<VisitedPage & { readonly elsewhere: string[] }> {
  const visitor: Visitor = await newVisitor({ isolated: 'process', args });
  closing.push(visitor.close);
  const visited = await visitor.open();
  const elsewhere: string[] = [];
  visited.page.on('request', (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(`${server.origin}/`)) elsewhere.push(url);
  });
  await visited.page.goto(`${server.origin}/`, { waitUntil: 'load' });
  return { ...visited, elsewhere };
}

async function serve(broken?: string): Promise<PlainServer> {
  const server = await servePlainly(dir, broken);
  closing.push(server.close);
  return server;
}

describe('the demo site on a plain server', () => {
  it('loads every part, jumps in the music, and says nothing on the console', async () => {
    const server = await serve();
    const { page, log, elsewhere } = await visit(server, withoutWebGl);
    const result: DemoResult = await page.evaluate(() => window.demo.done);
    expect(result).toMatchObject({ ok: true, shoal: false });
    expect(result.parts.globe.detail).toContain('flat Earth');
    expect(result.parts.atlas.detail).toBe('212 tiles');
    expect(server.ranges.filter(([path]) => path === '/music/waterlines.wav').length).toBeGreaterThan(1);
    expect(log.problems()).toEqual([]);
    expect(elsewhere).toEqual([]);
  }, 120_000);

  it('draws the globe where the browser has WebGL', async () => {
    const { page, log } = await visit(await serve(), ['--enable-unsafe-swiftshader']);
    const result = await page.evaluate(() => window.demo.done);
    expect(result.parts.globe).toMatchObject({ ok: true, detail: 'all tiles in view are drawn' });
    expect(log.problems()).toEqual([]);
  }, 180_000);

  it('tells the digest of every file as it arrived, also of one that is wrong', async () => {
    const wrong = 'data/cells.csv';
    const { page } = await visit(await serve(`/${wrong}`), withoutWebGl);
    const digests = await page.evaluate(() => window.demo.digests());
    const { [wrong]: digest, ...others } = digests;
    const { [wrong]: original, ...rest } = published;
    expect(others).toEqual(rest);
    expect(digest).not.toBe(original);
    expect(await page.evaluate(() => window.demo.assets.length)).toBe(Object.keys(published).length);
  }, 120_000);

  it('says on the page which part did not load, and loads the others', async () => {
    const { page } = await visit(await serve('/music/waterlines.wav'), withoutWebGl);
    const { ok, parts } = await page.evaluate(() => window.demo.done);
    expect(ok).toBe(false);
    expect(Object.entries(parts).filter(([, part]) => !part.ok)).toEqual([['music', expect.anything()]]);
    const note = await page.$eval('#music [data-note]', (element) => element.textContent);
    expect(note).toContain('did not load');
  }, 120_000);
});

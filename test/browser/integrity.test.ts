/** What the browser checks by itself holds for what the worker delivers, too. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { digestInPage } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { failuresOf } from '../support/visits.ts';

const script = 'document.documentElement.dataset.app = "ran";\n';
const wrong = `sha384-${createHash('sha384').update('other').digest('base64')}`;
const page = (attributes: string): string =>
  `<!doctype html><link rel="icon" href="data:,"><script src="/shoal.js" async></script><script${attributes} src="/app.4f3a9c1b.js"></script>`;
const files = {
  'index.html': '<!doctype html><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'right.html': page(''),
  'wrong.html': page(` integrity="${wrong}"`),
  'app.4f3a9c1b.js': script,
  'style.css': 'p { color: red }\n',
  'media/large.bin': new Uint8Array(1_500_000).map((_, i) => (i * 31) % 251),
  'data/empty.json': '',
  'run.wasm': new Uint8Array(70_000).fill(7),
};

/** As a WAICT manifest is: one line, and a line for a proof. */
const Manifest = v.strictObject({
  hashes: v.record(v.string(), v.string()),
  wasm_hashes: v.array(v.string()),
});

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind, integrity: { map: true, html: true, waict: true } });

  it('[F16] the WAICT manifest has the digests of what the page gets from the worker, asset by asset', async () => {
    const { waictHeader = '' } = await stage.site.release({});
    const path = /manifest="([^"]+)"/.exec(waictHeader)?.[1] ?? '';
    const text = await readFile(join(stage.site.dir, path), 'utf8');
    const { hashes } = v.parse(Manifest, JSON.parse(text.split('\n')[0] ?? ''));
    const { page: visited } = await stage.visits.fresh();
    const assets = Object.keys(files).filter((name) => !name.endsWith('.html'));
    const shoals = Object.keys(hashes).filter((name) => /^\/(?:shoal|$)|\.html$/.test(name));
    expect(Object.keys(hashes).length).toBe(assets.length + shoals.length);
    for (const visit of ['from the origin', 'from the cache']) {
      for (const name of Object.keys(hashes)) {
        const digest = await digestInPage(visited, name);
        expect(Buffer.from(digest, 'hex').toString('base64url'), `${name} ${visit}`).toBe(hashes[name]);
      }
    }
    expect(await failuresOf(visited)).toEqual([]);
  });

  it('[F11] a page runs a script with the right integrity from the worker, and the browser blocks one with a wrong one', async () => {
    const html = await readFile(join(stage.site.dir, 'right.html'), 'utf8');
    expect(html).toContain(`integrity="sha256-${createHash('sha256').update(script).digest('base64')}"`);
    expect(await readFile(join(stage.site.dir, 'wrong.html'), 'utf8')).toContain(wrong);
    const { visitor } = await stage.visits.fresh();
    for (const [path, ran] of [
      ['/right.html', 'ran'],
      ['/wrong.html', undefined],
      ['/right.html', 'ran'],
    ] as const) {
      const { page: visited } = await stage.visits.again(visitor, path);
      expect(await visited.evaluate(() => document.documentElement.dataset['app']), path).toBe(ran);
    }
  });
});

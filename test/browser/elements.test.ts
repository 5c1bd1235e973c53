/** What a page's own elements load through the worker works as from an origin. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { HTTPResponse, Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { sliceBytes } from '../../protocol/kept.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { failuresOf, statsAfter } from '../support/visits.ts';
import type { Files } from '../support/shoal-site.ts';
import { wav } from '../support/wav.ts';

const require = createRequire(import.meta.url);
const tag = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
/** (module (func (export "answer") (result i32) i32.const 42)) */
const wasm = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 10, 1, 6],
  ...[97, 110, 115, 119, 101, 114, 0, 0, 10, 6, 1, 4, 0, 65, 42, 11],
);
const loads = {
  'css/main.css':
    "@import 'parts/colours.css';\n@font-face { font-family: Test; src: url(../test.ttf) }\n" +
    'h1 { font-family: Test; background: url(../back.svg) }\n',
  'css/parts/colours.css': 'h1 { color: rgb(1, 2, 3) }\n',
  'test.ttf': new Uint8Array(
    await readFile(require.resolve('pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf')),
  ),
  'back.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/></svg>',
  'picture.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="70" height="50"><circle r="20"/></svg>',
  'js/main.js': `import { dep } from './dep.js';
import data from './data.json' with { type: 'json' };
const message = (worker) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = () => reject(new Error('a worker failed'));
});
const { instance } = await WebAssembly.instantiateStreaming(fetch('/app.wasm'));
const later = await import('./later.js');
// Firefox has no style sheets as modules.
const css = navigator.userAgent.includes('Firefox') ? undefined : await import('./sheet.css', { with: { type: 'css' } });
await document.fonts.load('20px Test');
globalThis.seen = JSON.stringify({
  dep, json: data.answer, css: css?.default.cssRules.length ?? 'none', wasm: instance.exports.answer(), later: later.later,
  worker: await message(new Worker('/js/worker.js')),
  module: await message(new Worker('/js/module-worker.js', { type: 'module' })),
  font: [...document.fonts].map(({ status }) => status).join(),
  isolated: crossOriginIsolated,
});\n`,
  'js/dep.js': "export const dep = 'dep';\n",
  'js/later.js': "export const later = 'later';\n",
  'js/data.json': '{"answer":42}\n',
  'js/sheet.css': 'p { color: red }\n',
  'js/worker.js': "importScripts('imported.js');\npostMessage(self.imported);\n",
  'js/imported.js': "self.imported = 'imported';\n",
  'js/module-worker.js': "import { dep } from './dep.js';\npostMessage(`module ${dep}`);\n",
  'app.wasm': wasm,
};
const files = {
  'index.html': `<!doctype html><title>site</title>${tag}`,
  'elements.html':
    `<!doctype html><title>elements</title>${tag}<link rel="stylesheet" href="/css/main.css">` +
    '<script type="module" src="/js/main.js"></script><h1>Title</h1><img src="/picture.svg">',
  'media.html': `<!doctype html><title>media</title>${tag}<audio preload="auto"></audio><video preload="auto"></video>`,
  'sound.wav': wav(30),
  'film.wav': wav(20),
  ...loads,
};
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const settings = {
  share: {
    rules: [
      { match: ['**/*'], headers: { 'cross-origin-resource-policy': 'same-origin' } },
      { match: ['elements.html'], share: false, headers: isolation },
      { match: ['js/*worker.js'], headers: { 'cross-origin-embedder-policy': 'require-corp' } },
    ],
  },
};

/** Records what the page and its workers get, by path. */
function responsesOf(page: Page): Map<string, HTTPResponse[]> {
  const seen = new Map<string, HTTPResponse[]>();
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname;
    seen.set(path, [...(seen.get(path) ?? []), response]);
  });
  return seen;
}

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { ...settings, kind });
  const { visits } = stage;
  const { 'js/sheet.css': sheet, ...both } = loads;
  const answered: Files = kind === 'firefox' ? both : { ...both, 'js/sheet.css': sheet };

  describe('a page that is isolated from other origins', () => {
    it('[F4, F6, F15] loads style, font, pictures, modules, workers, JSON and WebAssembly, all from the worker', async () => {
      const { page, log } = await visits.fresh();
      const seen = responsesOf(page);
      stage.site.forget();
      for (const visit of ['from the origin', 'from the cache']) {
        await page.goto(`${stage.site.origin}/elements.html`, { waitUntil: 'load' });
        await page.waitForFunction(() => 'seen' in globalThis, { timeout: 10_000 });
        const result: unknown = JSON.parse(
          await page.evaluate(() => String(Reflect.get(globalThis, 'seen'))),
        );
        // The worker tells of what it has answered; the second time Firefox asks for less of it.
        if (visit === 'from the origin') await statsAfter(page, answered);
        expect(result, visit).toEqual({
          dep: 'dep',
          json: 42,
          css: kind === 'chromium' ? 1 : 'none',
          wasm: 42,
          later: 'later',
          worker: 'imported',
          module: 'module dep',
          font: 'loaded',
          isolated: true,
        });
        const looks = await page.$eval('h1', (element) => {
          const { color, fontFamily, backgroundImage } = getComputedStyle(element);
          return { color, fontFamily, hasBackground: backgroundImage !== 'none' };
        });
        expect(looks).toEqual({ color: 'rgb(1, 2, 3)', fontFamily: 'Test', hasBackground: true });
        expect(await page.$eval('img', ({ naturalWidth }) => naturalWidth)).toBe(70);
      }
      const fromOrigin = stage.site.served().filter(({ path }) => path.slice(1) in answered);
      expect(fromOrigin.map(({ path }) => path.slice(1)).sort()).toEqual(Object.keys(answered).sort());
      for (const path of kind === 'firefox'
        ? []
        : ['css/main.css', 'css/parts/colours.css', 'test.ttf', 'back.svg', 'picture.svg', 'js/dep.js']) {
        expect(
          seen.get(`/${path}`)?.every((response) => response.fromServiceWorker()),
          path,
        ).toBe(true);
      }
      expect(log.problems()).toEqual([]);
      expect(await failuresOf(page)).toEqual([]);
    });
  });

  describe('a media element', () => {
    it.each([
      ['audio', '/sound.wav', 30],
      ['video', '/film.wav', 20],
    ] as const)(
      '[F15] <%s> plays %s, seeks in it, and gets it in slices',
      async (element, source, seconds) => {
        const { page, log } = await visits.fresh();
        await page.goto(`${stage.site.origin}/media.html`, { waitUntil: 'load' });
        const seen = responsesOf(page);
        const played = await page.$eval(
          element,
          async (media, src) => {
            const happens = (name: string): Promise<unknown> =>
              new Promise((resolve, reject) => {
                media.addEventListener(name, resolve, { once: true });
                media.addEventListener('error', () => reject(new Error(media.error?.message)), {
                  once: true,
                });
              });
            const loaded = happens('loadedmetadata');
            media.muted = true;
            media.src = src;
            await loaded;
            const sought = happens('seeked');
            media.currentTime = media.duration - 2;
            await sought;
            const ended = happens('ended');
            await media.play();
            await ended;
            return { duration: media.duration, at: media.currentTime };
          },
          source,
        );
        expect(played.duration).toBeCloseTo(seconds, 1);
        expect(played.at).toBeCloseTo(seconds, 1);
        const responses = seen.get(source) ?? [];
        expect(responses.length).toBeGreaterThan(1);
        await statsAfter(page, { [source.slice(1)]: '' });
        for (const response of responses) {
          if (kind === 'chromium') expect(response.fromServiceWorker()).toBe(true);
          expect(response.status()).toBe(206);
          expect(Number(response.headers()['content-length'])).toBeLessThanOrEqual(sliceBytes);
        }
        expect(log.problems()).toEqual([]);
        expect(await failuresOf(page)).toEqual([]);
      },
    );
  });
});

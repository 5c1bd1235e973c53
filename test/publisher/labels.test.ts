import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../publisher/config/load.ts';
import { contentTypeOf } from '../../publisher/labels/content-type.ts';
import { hasFingerprint, stableName } from '../../publisher/labels/fingerprint.ts';
import { labelFiles } from '../../publisher/labels/label.ts';
import { listFiles, listText } from '../../publisher/list.ts';
import { filePathOf, urlPathOf } from '../../publisher/walk/url-path.ts';
import { project, publishProject } from './fixture.ts';

function labelOf(path: string, share: object = {}, size = 1000): string {
  const config = parseConfig(JSON.stringify({ site: 'https://example.com', share }));
  const stamp = { size, mtimeNs: '1', ctimeNs: '1', ino: '1' };
  const [labelled] = labelFiles([{ path, absolute: `/dist/${path}`, stamp }], config);
  return `${labelled?.label}: ${labelled?.reason}`;
}

describe('labels', () => {
  test.each([
    ['assets/app.js', 'shared: static asset'],
    ['fonts/a.woff2', 'shared: static asset'],
    ['index.html', 'out: a page'],
    ['about/us.HTM', 'out: a page'],
    ['assets/app.js.map', 'out: a source map'],
    ['api/cities.json', 'out: its path looks'],
    ['v1/user/avatar.png', 'out: its path looks'],
    ['me.json', 'out: its path looks'],
    ['src/api.js', 'shared: static asset'],
    ['account/data.json', 'out: its path looks'],
    ['private/plan.pdf', 'out: its path looks'],
    ['img/user-guide.png', 'shared: static asset'],
    ['robots.txt', 'out: for the host'],
  ])('%s is %s by default', (path, expected) => {
    expect(labelOf(path)).toContain(expected);
  });

  test('what is empty or too large is verified but not shared, and nothing over 2 GiB is in', () => {
    expect(labelOf('a.bin', {}, 0)).toBe('listed: empty');
    expect(labelOf('a.bin', {}, 600 * 1024 * 1024)).toBe('listed: larger than 512 MiB');
    expect(labelOf('a.bin', {}, 3 * 1024 ** 3)).toBe('out: larger than 2 GiB');
  });

  test('rules override defaults and include, a later rule an earlier one, and exclude overrides all', () => {
    const rules = [
      { match: '**/*.html', share: true },
      { match: ['secret/**'], share: false },
    ];
    expect(labelOf('index.html', { rules })).toBe('shared: a rule shares it');
    expect(labelOf('secret/index.html', { rules })).toBe('listed: a rule keeps it from peers');
    expect(labelOf('index.html', { rules, exclude: ['index.*'] })).toBe('out: excluded by share.exclude');
    expect(labelOf('a.js', { include: ['assets/**'] })).toBe('out: not in share.include');
    expect(labelOf('index.html', { rules, include: ['assets/**'] })).toBe('shared: a rule shares it');
  });

  test('rules set type, headers and immutability', () => {
    const config = parseConfig(
      JSON.stringify({
        site: 'https://example.com',
        share: {
          rules: [
            { match: '**', headers: { 'cross-origin-resource-policy': 'same-origin' } },
            {
              match: '*.foo',
              contentType: 'text/x-foo; charset=utf-8',
              immutable: true,
              headers: { link: '</a>' },
            },
          ],
        },
      }),
    );
    const stamp = { size: 1, mtimeNs: '1', ctimeNs: '1', ino: '1' };
    expect(labelFiles([{ path: 'a.foo', absolute: '/a.foo', stamp }], config)[0]).toMatchObject({
      contentType: 'text/x-foo; charset=utf-8',
      immutable: true,
      headers: { 'cross-origin-resource-policy': 'same-origin', link: '</a>' },
    });
  });

  test('--list names every file, with the reason', async () => {
    const made = await project(
      { 'index.html': '<html>', 'a.js': 'a', '.env': 'SECRET=1', 'x/b.map': '{}' },
      { ignore: ['x/**'] },
    );
    await publishProject(made);
    const files = await listFiles({ dir: made.dist, config: made.config });
    expect(files.map(({ path, label, reason }) => `${label} ${path}: ${reason}`)).toEqual([
      'shared a.js: static asset',
      'out index.html: a page (HTML): often different for each visitor',
      'ignored .env: name starts with a dot',
      'ignored shoal: written by shoal',
      'ignored shoal-sw.js: written by shoal',
      'ignored shoal.js: written by shoal',
      'ignored x: ignored by the config',
    ]);
    expect(listText(files)).toContain('shared: 1 (1 B)   listed: 0 (0 B)   out: 1 (6 B)   ignored: 5');
  });
});

describe('content types', () => {
  test.each([
    ['a.js', 'text/javascript; charset=utf-8'],
    ['a.mjs', 'text/javascript; charset=utf-8'],
    ['a.css', 'text/css; charset=utf-8'],
    ['a.json', 'application/json; charset=utf-8'],
    ['a.svg', 'image/svg+xml; charset=utf-8'],
    ['a.webmanifest', 'application/manifest+json; charset=utf-8'],
    ['a.wasm', 'application/wasm'],
    ['a.woff2', 'font/woff2'],
    ['a.ttf', 'font/ttf'],
    ['a.mp4', 'video/mp4'],
    ['a.webm', 'video/webm'],
    ['a.webp', 'image/webp'],
    ['a.avif', 'image/avif'],
    ['a.ico', 'image/x-icon'],
    ['a.glb', 'model/gltf-binary'],
    ['a.pdf', 'application/pdf'],
    ['a.PNG', 'image/png'],
    ['folder.js/noextension', 'application/octet-stream'],
    ['a.whatever', 'application/octet-stream'],
    ['hls/1.ts', 'video/mp2t'],
    ['types/a.d.ts', 'text/plain; charset=utf-8'],
  ])('%s is %s', (path, type) => {
    expect(contentTypeOf(path)).toBe(type);
  });
});

describe('fingerprints', () => {
  test.each([
    ['app.4f3a9c1b.js', 'app.*.js'],
    ['assets/index-DkX82j1a.js', 'assets/index-*.js'],
    ['index-D_k-82j1.css', 'index-*.css'],
    ['chunk-X7KQ2M4A.mjs', 'chunk-*.mjs'],
    ['4f3a9c1b22ee.png', '*.png'],
    ['main.4f3a9c1b.chunk.js', 'main.*.chunk.js'],
  ])('%s is immutable, and called %s from release to release', (path, stable) => {
    expect(hasFingerprint(path)).toBe(true);
    expect(stableName(path)).toBe(stable);
  });

  test.each([
    'app.js',
    'bootstrap4.min.js',
    'photo-20240115.jpg',
    'jquery-3.7.1.min.js',
    'three.module.js',
    'accessible.css',
    'deadbeef',
    'Cesium3DTilesInspector.css',
    'The-Tiles3DInspector.js',
  ])('%s carries none', (path) => {
    expect(hasFingerprint(path)).toBe(false);
    expect(stableName(path)).toBe(path);
  });
});

describe('URL paths', () => {
  test.each([
    ['a b.js', '/a%20b.js'],
    ['100%.png', '/100%25.png'],
    ['what?.js', '/what%3F.js'],
    ['a#b.js', '/a%23b.js'],
    ['café/é.png', '/caf%C3%A9/%C3%A9.png'],
    ['a+b;c=d@e.js', '/a+b;c=d@e.js'],
    ['tab\there.js', '/tab%09here.js'],
  ])('%s is asked for as %s, and back', (path, url) => {
    expect(urlPathOf(path, '/')).toBe(url);
    expect(new URL(url, 'https://example.com').pathname).toBe(url);
    expect(filePathOf(url, '/')).toBe(path);
  });

  test('no request leads out of the folder', () => {
    for (const url of [
      '/..%2fetc',
      '/%2e%2e/etc',
      '/a/../../etc',
      '//etc/passwd',
      '/a%5c..%5cb',
      '/a%00',
      '/%zz',
    ]) {
      expect(filePathOf(url, '/')).toBeUndefined();
    }
    expect(filePathOf('/other/a.js', '/base/')).toBeUndefined();
  });
});

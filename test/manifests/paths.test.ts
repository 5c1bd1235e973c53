import { describe, expect, it } from 'vitest';
import {
  catalogOf,
  isAssetPath,
  isControlPath,
  limits,
  parseRelease,
  pathProblem,
  payloadOf,
} from '../../manifests/index.ts';
import { digest, releaseJson, site, someHash, verdictOf } from './fixture.ts';

const asset = { n: 1, h: someHash, ct: 'text/plain' };
const catalogWith = (...paths: readonly string[]) => {
  const assets = Object.fromEntries(paths.map((path, i) => [path, { ...asset, n: i + 1 }]));
  return catalogOf(parseRelease(payloadOf(releaseJson({}, assets)), site), digest('ab'.repeat(32)));
};

const good = [
  '/',
  '/a.js',
  '/a/b/c.js',
  '/a.js?v=1',
  '/A.JS',
  '/caf%C3%A9',
  '/caf%c3%a9',
  '/a/..%2fb.js',
  '/a%5Cb',
  "/a%20b+c;d=1,(2)!~*'@:$&",
  '/a%23b%3Fc',
  '/.well-known/x',
  '/a//b',
  '/...',
  '/%25',
];

const bad: readonly { readonly path: string; readonly why: RegExp }[] = [
  { path: '', why: /canonical/ },
  { path: 'a.js', why: /canonical/ },
  { path: './a.js', why: /canonical/ },
  { path: '/a/../b', why: /canonical \(it would be \/b\)/ },
  { path: '/a/./b', why: /canonical/ },
  { path: '/..', why: /canonical/ },
  { path: '/a/%2e%2e/b', why: /canonical/ },
  { path: '/a/.%2E/b', why: /canonical/ },
  { path: '/a/%2e/b', why: /canonical/ },
  { path: '/a\\b', why: /canonical \(it would be \/a\/b\)/ },
  { path: '\\\\evil.example\\a.js', why: /another origin/ },
  { path: '//evil.example/a.js', why: /another origin/ },
  { path: '///evil.example/a.js', why: /another origin/ },
  { path: 'https://evil.example/a.js', why: /another origin/ },
  { path: 'https://example.com/a.js', why: /canonical/ },
  { path: 'javascript:alert(1)', why: /another origin/ },
  { path: 'data:,', why: /another origin/ },
  { path: '/\t/a.js', why: /canonical|another origin/ },
  { path: '/a\nb', why: /canonical/ },
  { path: '/a b', why: /canonical/ },
  { path: ' /a', why: /canonical/ },
  { path: '/a ', why: /canonical/ },
  { path: '/café', why: /canonical/ },
  { path: '/a"b', why: /canonical/ },
  { path: '/<a>', why: /canonical/ },
  { path: '/a#b', why: /fragment/ },
  { path: '#', why: /canonical/ },
  { path: '?a', why: /canonical/ },
  { path: '/a?', why: /canonical/ },
  { path: '//', why: /URL/ },
  { path: 'https://', why: /URL/ },
];

describe('a path that names an asset', () => {
  it.each(good)('may be %s', (path) => {
    expect(pathProblem(path, site)).toBeUndefined();
    expect(isAssetPath(path, site)).toBe(true);
    expect(catalogWith(path).find(path)?.path).toBe(path);
  });

  it.each(bad)('is not $path, and the publisher hears why [D1]', async ({ path, why }) => {
    expect(isAssetPath(path, site)).toBe(false);
    expect(pathProblem(path, site)).toMatch(why);
    expect(await verdictOf(() => catalogWith(path))).toBe('bad-path');
  });

  it('is what a browser asks for when it resolves it against the site [D1]', () => {
    for (const path of good) {
      const url = new URL(path, `${site}/deep/page.html`);
      expect(url.origin + url.pathname + url.search).toBe(site + path);
    }
  });

  it('with an encoded slash is one opaque path: it is not decoded, and names no other file [D2]', () => {
    const catalog = catalogWith('/a/..%2fb.js', '/b.js');
    expect(catalog.find('/a/..%2fb.js')?.entry.n).toBe(1);
    expect(catalog.find('/b.js')?.entry.n).toBe(2);
    expect(catalog.find('/a/../b.js')).toBeUndefined();
    expect(catalog.find('/a/..%2Fb.js')).toBeUndefined();
  });

  it('is told apart by upper and lower case [D3]', () => {
    const catalog = catalogWith('/A.JS', '/a.js');
    expect(catalog.find('/A.JS')?.entry.n).toBe(1);
    expect(catalog.find('/a.js')?.entry.n).toBe(2);
    expect(catalogWith('/A.JS').find('/a.js')).toBeUndefined();
  });

  it('is told apart by how Unicode composes it [D4]', () => {
    const catalog = catalogWith('/caf%C3%A9', '/cafe%CC%81');
    expect(catalog.find('/caf%C3%A9')?.entry.n).toBe(1);
    expect(catalog.find('/cafe%CC%81')?.entry.n).toBe(2);
  });

  it('is found only as it is written, however its bytes are escaped [D5]', () => {
    expect(catalogWith('/caf%C3%A9').find('/caf%c3%a9')).toBeUndefined();
    expect(catalogWith('/caf%C3%A9').find('/café')).toBeUndefined();
    expect(catalogWith('/a').find('/%61')).toBeUndefined();
  });

  it('is found with its own query only [D6]', () => {
    expect(catalogWith('/a.js').find('/a.js?v=1')).toBeUndefined();
    expect(catalogWith('/a.js?v=1').find('/a.js')).toBeUndefined();
    expect(catalogWith('/a.js?v=1').find('/a.js?v=2')).toBeUndefined();
    expect(catalogWith('/a.js?v=1').find('/a.js?v=1')?.path).toBe('/a.js?v=1');
  });

  it('has no fragment, and a request for one does not carry it [D7]', () => {
    expect(isAssetPath('/a.js#top', site)).toBe(false);
    const { pathname, search } = new URL('/a.js#top', site);
    expect(catalogWith('/a.js').find(pathname + search)?.path).toBe('/a.js');
  });

  it('has no encoded NUL, no encoded pair of dots, no byte that begins no character [D8]', () => {
    for (const path of ['/a%00', '/%00', '/a%ff', '/a%FFb', '/a%2e%2eb', '/a%2E%2e']) {
      expect(isAssetPath(path, site)).toBe(false);
      expect(pathProblem(path, site)).toMatch(/encoded NUL, dots or 0xff/);
    }
  });

  it('is 1,024 bytes long at most [D8]', () => {
    const longest = `/${'a'.repeat(limits.pathBytes - 1)}`;
    expect(isAssetPath(longest, site)).toBe(true);
    expect(isAssetPath(`${longest}a`, site)).toBe(false);
    expect(pathProblem(`${longest}a`, site)).toMatch(/longer than 1024 bytes/);
  });

  it('is none of the names that JavaScript objects have of themselves [A12]', () => {
    const catalog = catalogWith('/a.js');
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      expect(catalog.find(name)).toBeUndefined();
    }
    expect(catalogWith('/__proto__', '/constructor').assets.map(({ path }) => path)).toEqual([
      '/__proto__',
      '/constructor',
    ]);
  });
});

describe('the files that Shoal lives by', () => {
  it.each(['/', '/docs/'])('under %s are no assets, and their namesakes are [D9]', (base) => {
    const own = [
      'shoal.js',
      'shoal-sw.js',
      'shoal/head.json',
      'shoal/root/1.json',
      'shoal/release/x.json',
      'shoal/',
    ];
    for (const path of own) expect(isControlPath(base + path, base)).toBe(true);
    const others = ['shoal', 'shoals.js', 'shoal-sw.js.map', 'a/shoal.js', 'Shoal.js', 'shoal.json', ''];
    for (const path of others) expect(isControlPath(base + path, base)).toBe(false);
  });

  it('are those under the base only', () => {
    expect(isControlPath('/shoal.js', '/docs/')).toBe(false);
    expect(isControlPath('/docs/shoal.js', '/')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { limits, parseHead, parseRelease, payloadOf, utf8 } from '../../manifests/index.ts';
import {
  headJson,
  type Json,
  payloadFrom,
  releaseJson,
  site,
  someAssets,
  someHash,
  verdictOf,
} from './fixture.ts';

const headVerdict = (head: Json | string | Uint8Array) => verdictOf(() => parseHead(payloadFrom(head), site));
const releaseVerdict = (release: Json | string | Uint8Array) =>
  verdictOf(() => parseRelease(payloadFrom(release), site));
const assetVerdict = (changes: Json) =>
  releaseVerdict(releaseJson({}, { '/a.js': { n: 1, h: someHash, ct: 'text/plain', ...changes } }));

describe('a head', () => {
  it('names one release by version, digest and length', async () => {
    const good = { v: 5, sha256: 'ab'.repeat(32), len: 7 };
    expect(parseHead(payloadOf(headJson({ release: good })), site).release).toEqual(good);
    // [A19] Digests of other algorithms and spellings name nothing.
    for (const sha256 of ['AB'.repeat(32), 'ab'.repeat(31), `sha512-${'ab'.repeat(32)}`, '', 7, null]) {
      expect(await headVerdict(headJson({ release: { ...good, sha256 } }))).toBe('bad-shape');
    }
    expect(await headVerdict(headJson({ release: { ...good, len: 0 } }))).toBe('bad-shape');
    expect(await headVerdict(headJson({ release: undefined }))).toBe('bad-shape');
  });

  it('never points below its own floor [B4]', async () => {
    const release = { v: 5, sha256: 'ab'.repeat(32), len: 7 };
    expect(await headVerdict(headJson({ release, floor: 5 }))).toBe('taken');
    expect(await headVerdict(headJson({ release, floor: 6 }))).toBe('revoked');
  });

  it('allows at most three previous releases', async () => {
    const previous = Array.from({ length: 4 }, () => ({ v: 5, sha256: 'ab'.repeat(32), len: 7 }));
    expect(await headVerdict(headJson({ previous: previous.slice(1) }))).toBe('taken');
    expect(await headVerdict(headJson({ previous }))).toBe('too-large');
  });

  it('has one of three modes', async () => {
    for (const mode of ['on', 'http-only', 'uninstall'])
      expect(await headVerdict(headJson({ mode }))).toBe('taken');
    for (const mode of ['off', 'ON', '', null, ['on']])
      expect(await headVerdict(headJson({ mode }))).toBe('bad-shape');
  });

  it('writes its date in UTC', async () => {
    expect(await headVerdict(headJson({ freshUntil: '2026-12-20T20:00:00.123Z' }))).toBe('taken');
    for (const freshUntil of [
      '2026-12-20',
      '2026-12-20T20:00:00',
      '2026-12-20T20:00:00+01:00',
      'soon',
      1,
      null,
    ]) {
      expect(await headVerdict(headJson({ freshUntil }))).toBe('bad-shape');
    }
  });
});

describe('a release', () => {
  it('cuts into chunks of a power of two, 16 KiB to 1 MiB', async () => {
    for (const piece of [16_384, 65_536, 1_048_576]) {
      expect(await releaseVerdict(releaseJson({ piece }, {}))).toBe('taken');
    }
    for (const piece of [8_192, 2_097_152, 65_535, 98_304]) {
      expect(await releaseVerdict(releaseJson({ piece }, {}))).toBe('bad-shape');
    }
  });

  it('has a layers blob of exactly the length that its assets need [E3]', async () => {
    const layers = { sha256: 'ef'.repeat(32), len: 4 * 32 };
    expect(await releaseVerdict(releaseJson({ layers }))).toBe('taken');
    for (const len of [0, 3 * 32, 5 * 32, 4 * 32 + 1]) {
      expect(await releaseVerdict(releaseJson({ layers: { ...layers, len } }))).toBe('wrong-length');
    }
  });

  it('[F7] signs only response headers of the allow-list, and only values that can be sent', async () => {
    expect(await assetVerdict({ hd: { 'cache-control': 'max-age=31536000, immutable' } })).toBe('taken');
    const denied = [
      'set-cookie',
      'clear-site-data',
      'strict-transport-security',
      'www-authenticate',
      'content-encoding',
      'content-length',
      'connection',
      'transfer-encoding',
      'service-worker-allowed',
      'Cache-Control',
    ];
    for (const name of denied) expect(await assetVerdict({ hd: { [name]: 'x' } })).toBe('bad-shape');
    for (const text of ['a\r\nset-cookie: a=b', 'a\nb', '\u007f', 'é', '日本']) {
      expect(await assetVerdict({ hd: { link: text } })).toBe('bad-shape');
      expect(await assetVerdict({ ct: text })).toBe('bad-shape');
    }
    expect(await assetVerdict({ hd: { link: 'x'.repeat(limits.headerValueBytes + 1) } })).toBe('too-large');
  });

  it('has a whole SHA-256 for each asset, and a tree above 16 KiB', async () => {
    for (const h of [someHash.slice(1), `${someHash}=`, `${someHash.slice(0, -1)}d`, '', null]) {
      expect(['bad-shape', 'too-large']).toContain(await assetVerdict({ h }));
    }
    expect(await assetVerdict({ n: 16_384 })).toBe('taken');
    expect(await assetVerdict({ n: 16_385 })).toBe('bad-shape');
    expect(await assetVerdict({ n: 16_385, r: someHash })).toBe('taken');
    expect(await assetVerdict({ n: limits.assetBytes + 1, r: someHash })).toBe('bad-shape');
  });

  it('does not let a tree of one leaf contradict the digest', () => {
    const release = parseRelease(
      payloadOf(releaseJson({}, { '/a': { n: 5, h: someHash, r: 'A'.repeat(43), ct: '' } })),
    );
    expect(release.assets['/a']).toEqual({ n: 5, h: someHash, ct: '' });
  });

  it('puts assets only into packs that it has, at an offset', async () => {
    expect(await assetVerdict({ p: 0, o: 0 })).toBe('taken');
    for (const place of [
      { p: 1, o: 0 },
      { p: -1, o: 0 },
      { p: 0 },
      { p: '0', o: 0 },
      { p: 0, o: -1 },
      { p: 0, o: 2 ** 53 },
    ]) {
      expect(await assetVerdict(place)).toBe('bad-shape');
    }
    const pack = { ih: '0123456789'.repeat(4), sha256: '89'.repeat(32), len: 500 };
    for (const wrong of [
      { ih: 'AB'.repeat(20) },
      { ih: 'ab'.repeat(19) },
      { sha256: 'x' },
      { len: 0 },
      { len: 1e9 },
    ]) {
      expect(await releaseVerdict(releaseJson({ packs: [{ ...pack, ...wrong }] }))).toBe('bad-shape');
    }
  });

  it('of 50,001 assets is refused, of 50,000 it is taken [D8]', async () => {
    const some = { n: 0, h: someHash, ct: '' };
    const assets = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`/${i}`, some]));
    expect(await releaseVerdict(releaseJson({}, assets(limits.assets)))).toBe('taken');
    expect(await releaseVerdict(releaseJson({}, assets(limits.assets + 1)))).toBe('too-large');
  });

  it('keeps its assets in the order in which they stand', () => {
    const { '/app.4f3a.js': app = {}, '/empty.txt': empty = {} } = someAssets();
    const release = parseRelease(payloadFrom(releaseJson({}, { '/z': empty, '/b': app, '/a': empty })));
    expect(Object.keys(release.assets)).toEqual(['/z', '/b', '/a']);
  });

  it('reads a site only where there is none given to compare with', () => {
    expect(parseRelease(payloadOf(releaseJson({ site: 'https://other.example' }))).site).toBe(
      'https://other.example',
    );
  });

  it('of a shape as bytes that are text is still bytes', async () => {
    expect(await releaseVerdict(utf8('"release"'))).toBe('bad-shape');
  });
});

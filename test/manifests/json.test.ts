import { beforeAll, describe, expect, it } from 'vitest';
import {
  concatBytes,
  isOrigin,
  openHead,
  openRelease,
  parseHead,
  parseRelease,
  parseRoot,
  payloadOf,
} from '../../manifests/index.ts';
import {
  headJson,
  type Json,
  newSite,
  payloadFrom,
  refOf,
  releaseJson,
  rootJson,
  seal,
  signerOf,
  site,
  someHash,
  verdictOf,
} from './fixture.ts';

const headVerdict = (head: Json | string | Uint8Array) => verdictOf(() => parseHead(payloadFrom(head), site));
const releaseVerdict = (release: Json | string | Uint8Array) =>
  verdictOf(() => parseRelease(payloadFrom(release), site));
const rootVerdict = (root: Json | string) => verdictOf(() => parseRoot(payloadFrom(root), site));
const assetVerdict = (changes: Json) =>
  releaseVerdict(releaseJson({}, { '/a.js': { n: 1, h: someHash, ct: 'text/plain', ...changes } }));

let root: Json;

beforeAll(async () => {
  const role = { signers: [await signerOf(1)], threshold: 1 };
  root = rootJson(1, { root: role, release: role, head: role });
});

/** The text of a document with one spelling changed, as only a hostile or broken tool would write it. */
function respell(document: Json, from: string, to: string): string {
  const text = JSON.stringify(document);
  expect(text).toContain(from);
  return text.replace(from, to);
}

describe('a document', () => {
  it('with fields that nobody knows is taken, and they are gone afterwards [A9]', async () => {
    const { root: trusted, headKey, releaseKey } = await newSite();
    const head = await openHead(await seal('head', headJson({ custom: { a: [1] } }), [headKey]), trusted);
    expect(head).toEqual(parseHead(payloadOf(headJson()), site));
    const bytes = await seal('release', releaseJson({ alg: 'none' }), [releaseKey]);
    const release = await openRelease(bytes, trusted, await refOf(bytes));
    expect(release).toEqual(parseRelease(payloadOf(releaseJson()), site));
    expect(await parseRoot(payloadOf({ ...root, log: { type: 'sigsum' } }))).toEqual(
      await parseRoot(payloadOf(root)),
    );
  });

  it('that names a field twice is refused, at any depth [A11]', async () => {
    expect(await headVerdict(respell(headJson(), '"seq":', '"seq":1,"seq":'))).toBe('bad-json');
    expect(await headVerdict(respell(headJson(), '"len":1000', '"len":1000,"len":1000'))).toBe('bad-json');
    expect(await releaseVerdict(respell(releaseJson(), '"n":0,', '"n":0,"n":0,'))).toBe('bad-json');
    const path = '"/empty.txt":';
    expect(await releaseVerdict(respell(releaseJson(), path, `${path}{},${path}`))).toBe('bad-json');
  });

  it("cannot reach into JavaScript's objects by a field's name [A12]", async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const own = `"${name}":{"polluted":true},`;
      expect(await headVerdict(respell(headJson(), '"t":', `${own}"t":`))).toBe('bad-shape');
      expect(await headVerdict(respell(headJson(), '{"v":', `{${own}"v":`))).toBe('bad-shape');
      expect(await releaseVerdict(respell(releaseJson(), '"assets":{', `"assets":{${own}`))).toBe(
        'bad-shape',
      );
      expect(await releaseVerdict(respell(releaseJson(), '"hd":{', `"hd":{${own}`))).toBe('bad-shape');
      expect(await rootVerdict(respell(root, '"keys":{', `"keys":{${own}`))).toBe('bad-shape');
      expect(await rootVerdict(respell(root, '"roles":{', `"roles":{${own}`))).toBe('bad-shape');
    }
    const clean: Json = {};
    expect(clean['polluted']).toBeUndefined();
  });

  const numbers = [
    '9007199254740993',
    '1e400',
    '-0',
    '1.5',
    '"NaN"',
    '1763668800123.0',
    '17636688e5',
    '-1',
    'null',
    'true',
    '[1]',
    '9007199254740991',
  ];

  it.each(numbers)('with %s where a whole number belongs is refused [A13] [B10]', async (number) => {
    const wrong = ['bad-json', 'bad-shape'];
    expect(wrong).toContain(await headVerdict(respell(headJson({ seq: 4 }), '"seq":4', `"seq":${number}`)));
    expect(wrong).toContain(await headVerdict(respell(headJson(), '"len":1000', `"len":${number}`)));
    expect(wrong).toContain(await headVerdict(respell(headJson(), '"floor":0', `"floor":${number}`)));
    expect(wrong).toContain(await releaseVerdict(respell(releaseJson(), '"n":0', `"n":${number}`)));
    expect(wrong).toContain(await releaseVerdict(respell(releaseJson({ v: 4 }), '"v":4', `"v":${number}`)));
    expect(wrong).toContain(
      await releaseVerdict(respell(releaseJson(), '"piece":65536', `"piece":${number}`)),
    );
    expect(wrong).toContain(await rootVerdict(respell(root, '"v":1', `"v":${number}`)));
  });

  it('that is not strict UTF-8, or begins with a byte order mark, is refused [A14]', async () => {
    const bytes = payloadOf(headJson());
    expect(await headVerdict(bytes)).toBe('taken');
    expect(await headVerdict(concatBytes([Uint8Array.of(0xef, 0xbb, 0xbf), bytes]))).toBe('bad-json');
    const stray = new Uint8Array(bytes);
    stray[bytes.length - 3] = 0xff;
    expect(await headVerdict(stray)).toBe('bad-json');
  });

  it('with NUL or half a surrogate pair in a text is refused [A14]', async () => {
    for (const text of ['text/plain\u0000', '\ud800', '\udc00', 'a\udc00\ud800']) {
      expect(await assetVerdict({ ct: text })).toBe('bad-shape');
      expect(await headVerdict(headJson({ freshUntil: text }))).toBe('bad-shape');
      expect(await headVerdict(headJson({ site: text }))).toBe('bad-shape');
      expect(await releaseVerdict(releaseJson({}, { [`/${text}`]: {} }))).toBe('bad-path');
    }
  });

  it('that is spelled in any other way than JSON.stringify would is refused', async () => {
    const head = headJson();
    expect(await headVerdict(JSON.stringify(head, undefined, 2))).toBe('bad-json');
    expect(await headVerdict(respell(head, '"t"', '"\\u0074"'))).toBe('bad-json');
    expect(await headVerdict(respell(head, 'https://', 'https:\\/\\/'))).toBe('bad-json');
    for (const text of ['', 'null', '[]', '7', '"head"', '{', 'undefined', '{"t":"head",}']) {
      expect(['bad-json', 'bad-shape']).toContain(await headVerdict(text));
    }
  });

  it('of a newer format says so, and is not used [A19]', async () => {
    for (const spec of [2, 0, '1', null, [1]]) {
      expect(await headVerdict(headJson({ spec }))).toBe('unknown-spec');
      expect(await releaseVerdict(releaseJson({ spec }))).toBe('unknown-spec');
      expect(await rootVerdict({ ...root, spec })).toBe('unknown-spec');
    }
  });

  it('is for an origin, spelled as browsers spell it', () => {
    for (const text of ['https://example.com', 'http://localhost:8080', 'https://xn--bcher-kva.example']) {
      expect(isOrigin(text)).toBe(true);
    }
    const others = [
      'https://example.com/',
      'https://example.com:443',
      'HTTPS://example.com',
      'https://Example.com',
      'ftp://example.com',
      'file:///',
      'null',
      'example.com',
      '',
      'https://user@example.com',
      'data:,',
      'blob:https://example.com',
    ];
    expect(others.filter(isOrigin)).toEqual([]);
  });
});

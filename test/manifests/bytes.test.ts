import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asDigest,
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromHex,
  fromUtf8,
  sha256,
  sha256Hex,
  toBase64Url,
  toHex,
  utf8,
} from '../../manifests/index.ts';

const anyBytes = fc.uint8Array({ maxLength: 200 });

describe('base64url (RFC 4648, section 5)', () => {
  it('writes the test vectors of section 10, without padding', () => {
    const vectors = {
      '': '',
      f: 'Zg',
      fo: 'Zm8',
      foo: 'Zm9v',
      foob: 'Zm9vYg',
      fooba: 'Zm9vYmE',
      foobar: 'Zm9vYmFy',
    };
    for (const [text, encoded] of Object.entries(vectors)) expect(toBase64Url(utf8(text))).toBe(encoded);
  });

  it('comes back as it went', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => equalBytes(fromBase64Url(toBase64Url(bytes)) ?? utf8('?'), bytes)),
    );
  });

  it('agrees with Node', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => toBase64Url(bytes) === Buffer.from(bytes).toString('base64url')),
    );
  });

  it('reads one spelling only: any other text for the same bytes is refused', () => {
    const others = [
      'Zg==',
      'Zg=',
      'Zh',
      'Zm9',
      'Zm8=',
      'Z',
      'Zm9v ',
      ' Zm9v',
      'Zm9v\n',
      'Z-9+',
      'Z/9v',
      'Zm9vYg\u0000',
      'Żm9v',
    ];
    expect(others.map((text) => fromBase64Url(text))).toEqual(others.map(() => undefined));
  });

  it('whatever text it reads is the text that it would write', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'ABCDwxyz0189-_+/= '), maxLength: 12 });
    fc.assert(
      fc.property(nearly, (text) => {
        const bytes = fromBase64Url(text);
        return bytes === undefined || toBase64Url(bytes) === text;
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('hex', () => {
  it('comes back as it went', () => {
    fc.assert(fc.property(anyBytes, (bytes) => equalBytes(fromHex(toHex(bytes)) ?? utf8('?'), bytes)));
  });

  it('is refused in upper case, of an odd length, with a prefix or with anything between', () => {
    const others = ['A0', '0', '0x00', '00 00', ' 00', '00\n', 'g0', '００'];
    expect(others.map((text) => fromHex(text))).toEqual(others.map(() => undefined));
  });

  it('is a digest only with 64 lower-case digits', () => {
    expect(asDigest('a0'.repeat(32))).toBe('a0'.repeat(32));
    const others = [
      'A0'.repeat(32),
      'a0'.repeat(31),
      'a0'.repeat(33),
      `${'a0'.repeat(32)}\n`,
      '',
      undefined,
      null,
      7,
      {},
    ];
    expect(others.map((value) => asDigest(value))).toEqual(others.map(() => undefined));
  });
});

describe('UTF-8', () => {
  it('is read strictly: overlong forms, surrogates, cut sequences and stray bytes are refused [A14]', () => {
    const wrong = [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x80], [0xff], [0xf4, 0x90, 0x80, 0x80]];
    expect(wrong.map((bytes) => fromUtf8(Uint8Array.from(bytes)))).toEqual(wrong.map(() => undefined));
  });

  it('keeps a byte order mark, so that whoever reads the text sees it [A14]', () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b))).toBe('\ufeff{');
  });
});

describe('SHA-256', () => {
  it('gives the digest of FIPS 180-4 for "abc"', async () => {
    expect(await sha256Hex(utf8('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('agrees with node:crypto, also over a part of a larger buffer', async () => {
    const part = new Uint8Array(100).fill(3).subarray(10, 90);
    expect(toHex(await sha256(part))).toBe(createHash('sha256').update(part).digest('hex'));
  });
});

describe('byte strings', () => {
  it('are equal when length and every byte are', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2, 0), Uint8Array.of(1, 2))).toBe(false);
  });

  it('are joined in order', () => {
    expect(concatBytes([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])).toEqual(
      Uint8Array.of(1, 2, 3),
    );
    expect(concatBytes([])).toEqual(new Uint8Array(0));
  });
});

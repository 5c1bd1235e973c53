import { createHash } from 'node:crypto';
import { verifyAsync } from '@noble/ed25519';
import { describe, expect, it } from 'vitest';
import { sign } from '../../manifests/ed25519.ts';
import {
  concatBytes,
  fromHex,
  generateKeyPair,
  isUsablePublicKey,
  keyIdOf,
  publicKeyOf,
  sha256Hex,
  toHex,
  utf8,
  verifySignature,
} from '../../manifests/index.ts';
import { flipBit, signerOf } from './fixture.ts';
import { vectors } from './rfc8032.ts';

/** Order of the group (RFC 8032, section 5.1). */
const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;

/** The eight points of small order, each in its canonical encoding. */
const canonicalSmall = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

/** The same points in the other spellings that a lenient decoder takes: y + p, or x = 0 with its sign bit set. */
const otherSmall = [
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
];

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  const known = fromHex(hex);
  if (known === undefined) throw new TypeError(`${hex} is no hex`);
  return known;
}

const littleEndian = (value: Uint8Array): bigint => BigInt(`0x${toHex(value.toReversed())}`);
const toLittleEndian = (value: bigint): Uint8Array =>
  bytes(value.toString(16).padStart(64, '0')).toReversed();
const sha512 = (value: Uint8Array): Uint8Array => createHash('sha512').update(value).digest();

/** The secret scalar (RFC 8032, section 5.1.5). */
function scalarOf(secretKey: Uint8Array): bigint {
  const half = Uint8Array.from(sha512(secretKey).subarray(0, 32));
  half[0] = (half[0] ?? 0) & 248;
  half[31] = ((half[31] ?? 0) & 127) | 64;
  return littleEndian(half);
}

describe('a signature', () => {
  it.each(vectors)('is byte for byte that of RFC 8032, $name [C15]', async (vector) => {
    const secretKey = bytes(vector.secretKey);
    const message = bytes(vector.message);
    expect(toHex(await publicKeyOf(secretKey))).toBe(vector.publicKey);
    expect(toHex(await sign(message, secretKey))).toBe(vector.signature);
    expect(await verifySignature(bytes(vector.signature), message, bytes(vector.publicKey))).toBe(true);
  });

  it('is worth nothing for another message, under another key, or with a bit turned', async () => {
    const [signer, other] = await Promise.all([signerOf(1), signerOf(2)]);
    const signature = await sign(utf8('head'), signer.secretKey);
    expect(await verifySignature(signature, utf8('head'), signer.publicKey)).toBe(true);
    expect(await verifySignature(signature, utf8('heads'), signer.publicKey)).toBe(false);
    expect(await verifySignature(signature, utf8('head'), other.publicKey)).toBe(false);
    for (let bit = 0; bit < 512; bit += 5) {
      expect(await verifySignature(flipBit(signature, bit), utf8('head'), signer.publicKey)).toBe(false);
    }
  });

  it('is `false`, and no exception, for whatever is no signature or no key [C13]', async () => {
    const { secretKey, publicKey } = await signerOf(1);
    const message = utf8('head');
    const signature = await sign(message, secretKey);
    for (const length of [0, 1, 31, 33, 63, 65, 128]) {
      expect(await verifySignature(new Uint8Array(length), message, publicKey)).toBe(false);
      expect(await verifySignature(signature, message, new Uint8Array(length))).toBe(false);
    }
    expect(await verifySignature(concatBytes([signature, Uint8Array.of(0)]), message, publicKey)).toBe(false);
    expect(await verifySignature(new Uint8Array(64).fill(255), message, publicKey)).toBe(false);
    expect(await verifySignature(signature, message, new Uint8Array(32).fill(255))).toBe(false);
  });

  it('has one form only: S plus the order of the group is refused (RFC 8032, section 8.4)', async () => {
    const { secretKey, publicKey } = await signerOf(1);
    const signature = await sign(utf8('head'), secretKey);
    const s = littleEndian(signature.subarray(32));
    const malleable = concatBytes([signature.subarray(0, 32), toLittleEndian(s + order)]);
    expect(await verifySignature(malleable, utf8('head'), publicKey)).toBe(false);
  });

  it('under a key of small order is refused in all 196 pairs that a lenient verifier takes [C2]', async () => {
    const small = [...canonicalSmall, ...otherSmall];
    const message = utf8('Zcash');
    let lenient = 0;
    let strict = 0;
    for (const key of small) {
      for (const r of small) {
        const signature = concatBytes([bytes(r), new Uint8Array(32)]);
        if (await verifyAsync(signature, message, bytes(key), { zip215: true })) lenient++;
        if (await verifySignature(signature, message, bytes(key))) strict++;
      }
    }
    expect({ lenient, strict }).toEqual({ lenient: 196, strict: 0 });
  });

  it("whose R is of small order in a second spelling is refused, even from the key's owner [C2]", async () => {
    const { secretKey, publicKey } = await signerOf(1);
    const message = utf8('head');
    for (const r of otherSmall.map(bytes)) {
      const challenge = littleEndian(sha512(concatBytes([r, publicKey, message]))) % order;
      const signature = concatBytes([r, toLittleEndian((challenge * scalarOf(secretKey)) % order)]);
      expect(await verifyAsync(signature, message, publicKey, { zip215: true })).toBe(true);
      expect(await verifySignature(signature, message, publicKey)).toBe(false);
    }
  });
});

describe('a public key', () => {
  it('is usable when it is a canonical point, not of small order [C2]', async () => {
    for (const { publicKey } of vectors) expect(isUsablePublicKey(bytes(publicKey))).toBe(true);
    for (const point of [...canonicalSmall, ...otherSmall])
      expect(isUsablePublicKey(bytes(point))).toBe(false);
  });

  it('is not usable with 31 or 33 bytes, off the curve, or with y of p and above [C13]', () => {
    const key = bytes(vectors[0]?.publicKey ?? '');
    expect(isUsablePublicKey(key)).toBe(true);
    expect(isUsablePublicKey(key.subarray(1))).toBe(false);
    expect(isUsablePublicKey(concatBytes([key, Uint8Array.of(0)]))).toBe(false);
    expect(isUsablePublicKey(new Uint8Array(0))).toBe(false);
    // y = 2 is on no point of the curve; y = p + 4 is a second spelling of one that is.
    expect(isUsablePublicKey(toLittleEndian(2n))).toBe(false);
    expect(isUsablePublicKey(toLittleEndian(4n))).toBe(true);
    expect(isUsablePublicKey(toLittleEndian(2n ** 255n - 19n + 4n))).toBe(false);
  });

  it('is named by the SHA-256 of itself', async () => {
    const { publicKey, keyId } = await signerOf(1);
    expect(keyId).toBe(await sha256Hex(publicKey));
    expect(await keyIdOf(publicKey)).toBe(keyId);
  });

  it('is another one each time that a pair is made', async () => {
    const [one, other] = await Promise.all([generateKeyPair(), generateKeyPair()]);
    expect(toHex(one.secretKey)).not.toBe(toHex(other.secretKey));
    expect(toHex(await publicKeyOf(one.secretKey))).toBe(toHex(one.publicKey));
    const signature = await sign(utf8('head'), one.secretKey);
    expect(await verifySignature(signature, utf8('head'), one.publicKey)).toBe(true);
  });
});

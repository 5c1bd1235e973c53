/**
 * Twelve kinds of signatures on which Ed25519 libraries disagree, after Chalkias, Garillot and Nikolaenko,
 * "Taming the many EdDSAs" (2020), table 5; made anew here, from the group itself.
 */

import { createHash } from 'node:crypto';
import { Point } from '@noble/ed25519';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8, verifySignature } from '../../manifests/index.ts';

const order = Point.CURVE().n;
/** A point of order 8, and its multiples: the points of small order. */
const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
const [a, r] = [123_456_789n, 987_654_321n];

const littleEndian = (value: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(value).reverse().toString('hex')}`);
const scalarBytes = (value: bigint): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());
const challenge = (R: Uint8Array, A: Uint8Array, message: Uint8Array): bigint =>
  littleEndian(createHash('sha512').update(R).update(A).update(message).digest());
const base = (scalar: bigint): Point => Point.BASE.multiply(scalar);

interface Case {
  readonly A: Uint8Array;
  readonly R: Uint8Array;
  readonly s: (h: bigint) => bigint;
  /** Which message, so that the case is met: the challenge modulo 8. */
  readonly when?: (h: bigint) => boolean;
}

/** Finds a message for the case, and tells whether the verifier takes the signature. */
async function isTaken({ A, R, s, when = () => true }: Case): Promise<boolean> {
  for (let n = 0; n < 1_000; n++) {
    const message = utf8(`message ${n}`);
    const h = challenge(R, A, message);
    if (!when(h)) continue;
    return verifySignature(concatBytes([R, scalarBytes(s(h))]), message, A);
  }
  throw new RangeError('no message fits');
}

const small = torsion.toBytes();
const mixedA = base(a).add(torsion).toBytes();
const mixedR = base(r).add(torsion).toBytes();
const pureA = base(a).toBytes();
const pureR = base(r).toBytes();
/** y = 1 and the sign of x = 0 set: the neutral element in a second spelling; and y + p. */
const otherSpellings = [
  '0100000000000000000000000000000000000000000000000000000000000080',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
const [negativeZero = small, tooLargeY = small] = otherSpellings;
const right = (h: bigint): bigint => (r + h * a) % order;

const cases: readonly (Case & { readonly name: string; readonly taken: boolean })[] = [
  { name: '0: key and R of small order, S = 0', A: small, R: small, s: () => 0n, taken: false },
  { name: '1: key of small order, R mixed', A: small, R: mixedR, s: () => r, taken: false },
  { name: '2: key mixed, R of small order', A: mixedA, R: small, s: (h) => (h * a) % order, when: (h) => h % 8n === 7n, taken: true },
  { name: '3: key and R mixed, both equations hold', A: mixedA, R: mixedR, s: right, when: (h) => h % 8n === 7n, taken: true },
  { name: '4: key and R mixed, the equation without cofactor fails', A: mixedA, R: mixedR, s: right, when: (h) => h % 8n === 3n, taken: true },
  { name: '5: key mixed, R pure, only the equation with cofactor holds', A: mixedA, R: pureR, s: right, when: (h) => h % 8n !== 0n, taken: true },
  { name: '6: S larger than the order', A: pureA, R: pureR, s: (h) => right(h) + order, taken: false },
  { name: '7: S much larger than the order', A: pureA, R: pureR, s: (h) => right(h) + 8n * order, taken: false },
  { name: '8: R with x = 0 and its sign set', A: pureA, R: negativeZero, s: (h) => (h * a) % order, taken: false },
  { name: '9: R with y of p and above', A: pureA, R: tooLargeY, s: (h) => (h * a) % order, taken: false },
  { name: '10: key with x = 0 and its sign set', A: negativeZero, R: pureR, s: () => r, taken: false },
  { name: '11: key with y of p and above', A: tooLargeY, R: pureR, s: () => r, taken: false },
]; // prettier-ignore

describe('[C2] where Ed25519 libraries disagree', () => {
  it.each(cases)('[C2] case $name: taken is $taken', async ({ taken, ...given }) => {
    expect(await isTaken(given)).toBe(taken);
  });

  it('[C2] the accepted set is XXVVVVXXXXXX', async () => {
    const marks = await Promise.all(cases.map(async (given) => ((await isTaken(given)) ? 'V' : 'X')));
    expect(marks.join('')).toBe('XXVVVVXXXXXX');
  });
});

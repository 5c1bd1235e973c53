/** A secret key under a passphrase: scrypt makes a key of it, AES-256-GCM seals the secret. */

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import * as v from 'valibot';
import { fromBase64Url, toBase64Url, utf8 } from '../../manifests/index.ts';

/** As it stands in a key file. The work factor stands beside it, so that a later version may raise it. */
export const SealedSecret = v.strictObject({
  kdf: v.literal('scrypt'),
  /** Bounded: a key file from somebody else must not take all memory (128 * N * r bytes). */
  N: v.picklist([2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20]),
  r: v.literal(8),
  p: v.literal(1),
  salt: v.string(),
  cipher: v.literal('aes-256-gcm'),
  iv: v.string(),
  tag: v.string(),
  text: v.string(),
});
export type SealedSecret = v.InferOutput<typeof SealedSecret>;

/** 128 MiB and some tenths of a second for each guess. */
const N = 2 ** 17;

/** Seals. `name`: the key's id and role, so that a secret cannot be put under another name. */
export async function sealSecret(
  secretKey: Uint8Array,
  passphrase: string,
  name: string,
): Promise<SealedSecret> {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await keyFrom(passphrase, salt, N), iv).setAAD(utf8(name));
  const text = Buffer.concat([cipher.update(secretKey), cipher.final()]);
  return {
    kdf: 'scrypt',
    N,
    r: 8,
    p: 1,
    salt: toBase64Url(salt),
    cipher: 'aes-256-gcm',
    iv: toBase64Url(iv),
    tag: toBase64Url(cipher.getAuthTag()),
    text: toBase64Url(text),
  };
}

/** Opens; `undefined` when the passphrase is another one, or something was changed. */
export async function openSecret(
  sealed: SealedSecret,
  passphrase: string,
  name: string,
): Promise<Uint8Array | undefined> {
  const [salt, iv, tag, text] = [sealed.salt, sealed.iv, sealed.tag, sealed.text].map(fromBase64Url);
  if (salt?.length !== 16 || iv?.length !== 12 || tag?.length !== 16 || text?.length !== 32) return undefined;
  const key = await keyFrom(passphrase, salt, sealed.N);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
    .setAAD(utf8(name))
    .setAuthTag(tag);
  try {
    return new Uint8Array(Buffer.concat([decipher.update(text), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** NFC: the same passphrase, however a keyboard composes its letters. */
function keyFrom(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 };
    scrypt(passphrase.normalize('NFC'), salt, 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

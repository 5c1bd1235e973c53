/**
 * Ed25519 (RFC 8032), strict: `zip215: false` always, so that small-order and non-canonical points
 * are refused and all verifiers agree. The only file that imports a signature library.
 */

import { getPublicKeyAsync, Point, signAsync, utils, verifyAsync } from '@noble/ed25519';
import { sha256 } from './bytes.ts';
import { toHex } from './hex.ts';

/** A new key pair, 32 bytes each. The only function here that uses chance. */
export async function generateKeyPair(): Promise<{ secretKey: Uint8Array; publicKey: Uint8Array }> {
  const secretKey = utils.randomSecretKey();
  return { secretKey, publicKey: await getPublicKeyAsync(secretKey) };
}

/** The public key of a secret key. */
export async function publicKeyOf(secretKey: Uint8Array): Promise<Uint8Array> {
  return getPublicKeyAsync(secretKey);
}

/** Key id: SHA-256 of the public key, hex. Always recomputed, never taken from a document. */
export async function keyIdOf(publicKey: Uint8Array): Promise<string> {
  return toHex(await sha256(publicKey));
}

/** 64 bytes; deterministic. */
export async function sign(message: Uint8Array, secretKey: Uint8Array): Promise<Uint8Array> {
  return signAsync(message, secretKey);
}

/** `true` only for a valid signature; every malformed input is `false`. */
export async function verifySignature(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): Promise<boolean> {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  try {
    return await verifyAsync(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** Whether 32 bytes are a canonical public key that is not of small order. */
export function isUsablePublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  try {
    return !Point.fromBytes(publicKey, false).isSmallOrder();
  } catch {
    return false;
  }
}

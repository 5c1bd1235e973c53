import { toHex } from '../../manifests/hex.ts';

/** Random bytes in hex. */
export function randomHex(bytes: number): string {
  return toHex(crypto.getRandomValues(new Uint8Array(bytes)));
}

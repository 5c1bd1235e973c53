/** What identifies a site: the fingerprint of its first root. */

import { concatBytes, sha256, utf8 } from './bytes.ts';
import { toHex } from './hex.ts';

/**
 * The site's swarm, 40 hex digits: the same for every release and every page, so that an announce
 * tells only which site is visited. Derived from the exact bytes of `root/1.json`.
 */
export async function swarmIdOf(rootBytes: Uint8Array): Promise<string> {
  return toHex((await sha256(concatBytes([utf8('shoal swarm v1\n'), rootBytes]))).subarray(0, 20));
}

/** The fingerprint that an owner may publish elsewhere: SHA-256 of root 1, hex in groups of four. */
export async function fingerprintOf(rootBytes: Uint8Array): Promise<string> {
  return toHex(await sha256(rootBytes)).replace(/(.{4})(?=.)/g, '$1 ');
}

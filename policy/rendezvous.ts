/** Who of several comes first for a key: all that know the same names agree, and no name comes first more often than others (https://en.wikipedia.org/wiki/Rendezvous_hashing). */

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over the last digits of the id; 32 bits are enough to rank by. */
export function seedOf(peer: string): number {
  let hash = 0x811c9dc5;
  for (let at = peer.length - 16; at < peer.length; at++)
    hash = Math.imul(hash ^ peer.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3 (https://github.com/aappleby/smhasher) over both. The largest comes first. */
export function weightOf(seed: number, key: number): number {
  let hash = seed ^ Math.imul(key + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Which kept entries go when the cache is over its budget. */

/** One entry of the verified cache, oldest first in the list. */
export interface KeptEntry {
  readonly key: string;
  readonly bytes: number;
  /** Whether a release in use names it. */
  readonly inUse: boolean;
}

/**
 * Keys to drop, so that `incomingBytes` more fit into `limitBytes`: first what no release in use
 * names, then the oldest.
 */
export function evictionFor(
  entries: readonly KeptEntry[],
  limitBytes: number,
  incomingBytes: number,
): readonly string[] {
  let excess = entries.reduce((sum, entry) => sum + entry.bytes, incomingBytes) - limitBytes;
  const drop: string[] = [];
  for (const inUse of [false, true]) {
    for (const entry of entries) {
      if (excess <= 0) return drop;
      if (entry.inUse !== inUse) continue;
      drop.push(entry.key);
      excess -= entry.bytes;
    }
  }
  return drop;
}

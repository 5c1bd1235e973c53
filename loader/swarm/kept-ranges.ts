/** Which bytes of which assets are in the verified cache, as far as the page knows. */

import { addRange, coversRange, type ByteRange } from '../../policy/pack-layout.ts';
import { keptCacheName, parseKeptUrl, sliceBytes } from '../../protocol/kept.ts';
import { withDeadline } from './deadline.ts';

const cacheTimeoutMs = 10_000;

export class KeptRanges {
  readonly #ranges = new Map<string, readonly ByteRange[]>();

  /** Reads the cache's keys (not its bytes), and forgets what was known before. Rejects when they cannot be read. */
  async load(base: string): Promise<void> {
    const keys = await withDeadline(keysOfCache(), cacheTimeoutMs, 'reading the cache');
    this.#ranges.clear();
    for (const { url } of keys) {
      const kept = parseKeptUrl(base, new URL(url).pathname);
      if (kept === undefined) continue;
      // The asset's size is not in the key; what reaches beyond its end does no harm.
      const to = kept.from === undefined ? Number.MAX_SAFE_INTEGER : kept.from + sliceBytes;
      this.add(kept.digest, { from: kept.from ?? 0, to });
    }
  }

  add(digest: string, range: ByteRange): void {
    this.#ranges.set(digest, addRange(this.#ranges.get(digest) ?? [], range));
  }

  drop(digest: string): void {
    this.#ranges.delete(digest);
  }

  covers(digest: string, range: ByteRange): boolean {
    return coversRange(this.#ranges.get(digest) ?? [], range);
  }

  hasAny(digest: string): boolean {
    return this.#ranges.has(digest);
  }
}

async function keysOfCache(): Promise<readonly Request[]> {
  if (!(await caches.has(keptCacheName))) return [];
  const cache = await caches.open(keptCacheName);
  return cache.keys();
}

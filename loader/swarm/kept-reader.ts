/**
 * Reads asset bytes from the verified cache, in order to seed them. Nothing in the cache is trusted
 * (any script of the page may overwrite it): whole assets are hashed once when they are read; slices
 * have no digest of their own here and are checked as part of their piece (piece-store.ts).
 */

import { sha256Hex } from '../../manifests/bytes.ts';
import type { PackedAsset } from '../../protocol/worker-messages.ts';
import { keptCacheName, keptSliceUrl, keptWholeUrl, sliceBytes } from '../../protocol/kept.ts';
import { withDeadline } from './deadline.ts';
import { Recent } from './recent.ts';

const readTimeoutMs = 10_000;
const openLimitBytes = 32 * 1024 * 1024;

export class KeptReader {
  readonly #base: string;
  readonly #open = new Recent<Uint8Array>(openLimitBytes);
  readonly #opening = new Map<string, Promise<Uint8Array | undefined>>();

  /** `base`: below which Shoal's files live. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Bytes `from` to `to` of an asset; `undefined` when the cache does not hold them (any more) or lies. */
  async read(asset: PackedAsset, from: number, to: number): Promise<Uint8Array | undefined> {
    const whole = await this.#entry(keptWholeUrl(this.#base, asset.digest), asset);
    if (whole !== undefined) return whole.subarray(from, to);
    const bytes = new Uint8Array(to - from);
    for (let start = from - (from % sliceBytes); start < to; start += sliceBytes) {
      const slice = await this.#entry(keptSliceUrl(this.#base, asset.digest, start), undefined);
      const end = Math.min(start + sliceBytes, asset.size);
      if (slice?.length !== end - start) return undefined;
      const first = Math.max(from, start);
      bytes.set(slice.subarray(first - start, Math.min(to, end) - start), first - from);
    }
    return bytes;
  }

  /** Forgets what was read of an asset. */
  forget(digest: string): void {
    this.#open.delete(keptWholeUrl(this.#base, digest));
  }

  /** One cache entry, read once however many ask at the same time. `asset`: what it must hash to. */
  #entry(url: string, asset: PackedAsset | undefined): Promise<Uint8Array | undefined> {
    const known = this.#open.get(url);
    if (known !== undefined) return Promise.resolve(known);
    let opening = this.#opening.get(url);
    if (opening === undefined) {
      opening = withDeadline(fetchEntry(url, asset), readTimeoutMs, 'reading the cache')
        .catch(() => undefined)
        .then((bytes) => {
          if (bytes !== undefined) this.#open.set(url, bytes);
          this.#opening.delete(url);
          return bytes;
        });
      this.#opening.set(url, opening);
    }
    return opening;
  }
}

async function fetchEntry(url: string, asset: PackedAsset | undefined): Promise<Uint8Array | undefined> {
  const cache = await caches.open(keptCacheName);
  const response = await cache.match(url);
  if (response === undefined) return undefined;
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (asset === undefined) return bytes;
  const isGood = bytes.length === asset.size && (await sha256Hex(bytes)) === asset.digest;
  return isGood ? bytes : undefined;
}

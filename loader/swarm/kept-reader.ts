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

/** What was read and found right: in memory, or, where that would fill it, left to the browser. */
interface Opened {
  readonly byteLength: number;
  readonly size: number;
  read(from: number, to: number): Promise<Uint8Array>;
}

export class KeptReader {
  readonly #base: string;
  readonly #open = new Recent<Opened>(openLimitBytes);
  readonly #opening = new Map<string, Promise<Opened | undefined>>();

  /** `base`: below which Shoal's files live. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Bytes `from` to `to` of an asset; `undefined` when the cache does not hold them (any more) or lies. */
  async read(asset: PackedAsset, from: number, to: number): Promise<Uint8Array | undefined> {
    const whole = await this.#entry(keptWholeUrl(this.#base, asset.digest), asset);
    if (whole !== undefined) return whole.read(from, to);
    const bytes = new Uint8Array(to - from);
    for (let start = from - (from % sliceBytes); start < to; start += sliceBytes) {
      const slice = await this.#entry(keptSliceUrl(this.#base, asset.digest, start), undefined);
      const end = Math.min(start + sliceBytes, asset.size);
      if (slice?.size !== end - start) return undefined;
      const first = Math.max(from, start);
      bytes.set(await slice.read(first - start, Math.min(to, end) - start), first - from);
    }
    return bytes;
  }

  /** Forgets what was read of an asset. */
  forget(digest: string): void {
    this.#open.delete(keptWholeUrl(this.#base, digest));
  }

  /** One cache entry, read once however many ask at the same time. `asset`: what it must hash to. */
  #entry(url: string, asset: PackedAsset | undefined): Promise<Opened | undefined> {
    const known = this.#open.get(url);
    if (known !== undefined) return Promise.resolve(known);
    let opening = this.#opening.get(url);
    if (opening === undefined) {
      opening = withDeadline(fetchEntry(url, asset), readTimeoutMs, 'reading the cache')
        .catch(() => undefined)
        .then((opened) => {
          if (opened !== undefined) this.#open.set(url, opened);
          this.#opening.delete(url);
          return opened;
        });
      this.#opening.set(url, opening);
    }
    return opening;
  }
}

async function fetchEntry(url: string, asset: PackedAsset | undefined): Promise<Opened | undefined> {
  const cache = await caches.open(keptCacheName);
  const response = await cache.match(url);
  if (response === undefined) return undefined;
  const blob = await response.blob();
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (asset !== undefined) {
    const isGood = bytes.length === asset.size && (await sha256Hex(bytes)) === asset.digest;
    if (!isGood) return undefined;
  }
  if (bytes.length <= openLimitBytes) return opened(bytes);
  // A blob does not change any more, so what was checked stays right.
  const read = async (from: number, to: number): Promise<Uint8Array> =>
    new Uint8Array(await blob.slice(from, to).arrayBuffer());
  return { byteLength: 0, size: blob.size, read };
}

function opened(bytes: Uint8Array): Opened {
  const { length } = bytes;
  return { byteLength: length, size: length, read: (from, to) => Promise.resolve(bytes.subarray(from, to)) };
}

/**
 * The verified cache. Keyed by digest, so releases share what they have in common; verified again on
 * every read, because a page script may write to it too.
 */

import { isChunk, sha256Hex, type Asset, type Catalog } from '../manifests/index.ts';
import { evictionFor, type KeptEntry } from '../policy/eviction.ts';
import type { WorkerToHost } from '../protocol/worker-messages.ts';
import type { Assembly } from './assembly.ts';
import { openCache } from './storage.ts';
import { keptCacheName, keptSliceUrl, keptWholeUrl, parseKeptUrl, sliceBytes } from '../protocol/kept.ts';

/** Told when bytes come or go, so that the host page can seed them, or stop. */
export type KeptListener = (message: Extract<WorkerToHost, { t: 'kept' | 'dropped' }>) => void;

export class Kept {
  readonly #base: string;
  readonly #limitBytes: number;
  readonly #listener: KeptListener;
  readonly #onFull: (path: string) => void;
  /** Sizes of what releases in use name; anything else in the cache goes first. */
  #inUse: ReadonlyMap<string, number> = new Map();
  #sinceCheckBytes = Infinity;
  /** What may be here, by digest; once the cache has been listed, nothing else is looked for: a look takes milliseconds. */
  readonly #known = new Set<string>();
  #isListed = false;

  constructor(base: string, limitBytes: number, listener: KeptListener, onFull: (path: string) => void) {
    this.#base = base;
    this.#limitBytes = limitBytes;
    this.#listener = listener;
    this.#onFull = onFull;
  }

  setInUse(catalogs: readonly Catalog[]): void {
    this.#inUse = new Map(
      catalogs.flatMap(({ assets }) =>
        assets.map(({ digest, entry }): [string, number] => [digest, entry.n]),
      ),
    );
    this.list();
  }

  /** A page may have kept something by itself: looks at what is here. */
  list(): void {
    this.#sinceCheckBytes = Infinity;
    this.#isListed = false;
    this.#makeRoom(0).catch(() => undefined);
  }

  /** Fills in what is here and right. Never throws. */
  async read(assembly: Assembly, layers: Uint8Array | undefined): Promise<void> {
    const { asset, chunkBytes, missing } = assembly;
    if (this.#isListed && !this.#known.has(asset.digest)) return;
    try {
      const whole = missing.length === asset.chunks ? await this.#readWhole(asset) : undefined;
      if (whole !== undefined) return assembly.fill(whole);
      const slices = Map.groupBy(
        missing,
        (chunk) => Math.floor((chunk * chunkBytes) / sliceBytes) * sliceBytes,
      );
      for (const [from, chunks] of slices) {
        const slice = await this.#readSlice(asset, from);
        if (slice === undefined) continue;
        for (const chunk of chunks) {
          const at = chunk * chunkBytes - from;
          const part = slice.subarray(at, at + chunkBytes);
          if (await isChunk(asset, chunk, part, chunkBytes, layers)) assembly.put(chunk, part);
        }
      }
    } catch {
      // Storage is forbidden or broken: everything counts as missing.
    }
  }

  /** A slice's bytes, from its own entry or out of the whole; not verified. */
  async #readSlice({ digest }: Asset, from: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const slice = await this.#find(keptSliceUrl(this.#base, digest, from));
    if (slice !== undefined) return new Uint8Array(await slice.arrayBuffer());
    const whole = await this.#find(keptWholeUrl(this.#base, digest));
    const blob = (await whole?.blob())?.slice(from, from + sliceBytes);
    return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
  }

  async #readWhole({ digest, entry }: Asset): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const key = keptWholeUrl(this.#base, digest);
    const hit = await this.#find(key);
    if (hit === undefined) return undefined;
    const bytes = new Uint8Array(await hit.arrayBuffer());
    if (bytes.length === entry.n && (await sha256Hex(bytes)) === digest) return bytes;
    await (await openCache(keptCacheName)).delete(key);
    this.#listener({ t: 'dropped', digest });
    return undefined;
  }

  /** Without opening the cache first: that is a question of its own to the browser. */
  #find(key: string): Promise<Response | undefined> {
    return caches.match(key, { cacheName: keptCacheName });
  }

  /** Keeps a whole asset, or the slices of it that are complete here. */
  async keep(assembly: Assembly): Promise<void> {
    const { asset, from, to } = assembly;
    if (to - from === asset.entry.n)
      return this.#put(keptWholeUrl(this.#base, asset.digest), assembly, from, to);
    for (let at = from; at < to; at += sliceBytes) {
      const key = keptSliceUrl(this.#base, asset.digest, at);
      await this.#put(key, assembly, at, Math.min(at + sliceBytes, to));
    }
  }

  /** A full disk costs nothing but the entry. */
  async #put(key: string, assembly: Assembly, from: number, to: number): Promise<void> {
    try {
      await this.#makeRoom(to - from);
      const cache = await openCache(keptCacheName);
      const { digest } = assembly.asset;
      this.#known.add(digest);
      await cache.put(key, new Response(assembly.part(from, to)));
      this.#listener({ t: 'kept', digest, from, to });
    } catch {
      // Most likely QuotaExceededError: the browser's limit is below ours. Look again next time.
      this.#sinceCheckBytes = Infinity;
      this.#onFull(assembly.asset.path);
    }
  }

  /** Listing the cache is slow, so it is done once per twentieth of the budget. */
  async #makeRoom(incomingBytes: number): Promise<void> {
    this.#sinceCheckBytes += incomingBytes;
    if (this.#sinceCheckBytes < this.#limitBytes / 20) return;
    this.#sinceCheckBytes = 0;
    const cache = await openCache(keptCacheName);
    const entries: (KeptEntry & { readonly digest: string })[] = [];
    for (const { url } of await cache.keys()) {
      const parsed = parseKeptUrl(this.#base, new URL(url).pathname);
      if (parsed === undefined) continue;
      this.#known.add(parsed.digest);
      const size = this.#inUse.get(parsed.digest);
      const rest = size === undefined ? sliceBytes : size - (parsed.from ?? 0);
      const bytes = parsed.from === undefined ? rest : Math.min(sliceBytes, rest);
      entries.push({ key: url, digest: parsed.digest, bytes, inUse: size !== undefined });
    }
    this.#isListed = true;
    const margin = incomingBytes + this.#limitBytes / 20;
    const drop = new Set(evictionFor(entries, this.#limitBytes, margin));
    for (const { key, digest } of entries.filter((entry) => drop.has(entry.key))) {
      await cache.delete(key);
      this.#listener({ t: 'dropped', digest });
    }
  }
}

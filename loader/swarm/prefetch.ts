/**
 * The next release ahead: while the page asks for nothing, what a release has changed since the page was opened is
 * fetched from peers, never from the origin. What has come is kept under its digest, and the worker checks it like everything
 * that is kept; it answers by that release once the origin itself shows it.
 */

import { sha256Hex } from '../../manifests/bytes.ts';
import { keptCacheName, keptWholeUrl } from '../../protocol/kept.ts';
import { withDeadline } from './deadline.ts';
import { askForDocument } from './document-channel.ts';
import { holdersOf } from './holders.ts';
import type { Link } from './link.ts';
import type { Pack } from './pack.ts';
import type { Packs, Place } from './packs.ts';

/** As long as nothing is wanted of any pack, the page is idle. */
const quietMs = 2_000;
const retryMs = 10_000;
const storeTimeoutMs = 10_000;
/** It is in memory as a whole. */
const assetLimitBytes = 64 * 1024 * 1024;
/** After so many tries in vain an asset is left to the visit that needs it. */
const tryLimit = 20;

export interface PrefetchOptions {
  readonly base: string;
  /** Of one release; 0: nothing. */
  readonly limitBytes: number;
  readonly packs: Packs;
  /** Open ones. */
  readonly links: () => readonly Link[];
  readonly mayRun: () => boolean;
  /** Something has been kept. */
  readonly kept: () => void;
}

export class Prefetch {
  readonly #options: PrefetchOptions;
  /** Changed assets, when we looked last. */
  #seen = 0;
  #left = 0;
  readonly #tries = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;

  constructor(options: PrefetchOptions) {
    this.#options = options;
  }

  /** Peers or our worker may have told of another release. */
  look(): void {
    const { news } = this.#options.packs;
    if (news === this.#seen) return;
    this.#seen = news;
    this.#left = this.#options.limitBytes;
    this.#tries.clear();
    if (!this.#isRunning) this.#wait(quietMs);
  }

  stop(): void {
    this.#left = 0;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#left > 0) this.#timer = setTimeout(() => void this.#run(), ms);
  }

  /** One asset after the other. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    let brought = 0;
    while (this.#isIdle()) {
      const place = this.#nextPlace();
      if (place === undefined) break;
      this.#tries.set(place.asset.digest, this.#triesOf(place) + 1);
      if (!(await this.#bring(place).catch(() => false))) break;
      brought++;
    }
    if (brought > 0) this.#options.kept();
    this.#isRunning = false;
    if (this.#possible().length > 0) this.#wait(retryMs);
  }

  #isIdle(): boolean {
    const { packs, mayRun } = this.#options;
    return mayRun() && performance.now() - packs.wantedMs >= quietMs;
  }

  /** Of what some peer has anything of, what was tried least. */
  #nextPlace(): Place | undefined {
    const held = this.#possible().filter(({ pack }) => this.#holdersOf(pack).length > 0);
    return held.sort((a, b) => this.#triesOf(a) - this.#triesOf(b))[0];
  }

  /** What is missing, fits, and was not tried too often. */
  #possible(): Place[] {
    const limitBytes = Math.min(this.#left, assetLimitBytes);
    return this.#options.packs
      .missingNews()
      .filter((place) => place.asset.size <= limitBytes && this.#triesOf(place) < tryLimit);
  }

  #holdersOf({ layout }: Pack): readonly Link[] {
    return holdersOf(this.#options.links(), layout.infohash);
  }

  #triesOf({ asset }: Place): number {
    return this.#tries.get(asset.digest) ?? 0;
  }

  /** `false`: not now. */
  async #bring({ pack, asset }: Place): Promise<boolean> {
    const { base, packs } = this.#options;
    if (!(await this.#hasTorrentFile(pack))) return false;
    const bytes = await packs.fetchWhole(pack, asset);
    if (bytes === undefined || (await sha256Hex(bytes)) !== asset.digest) return false;
    const url = keptWholeUrl(base, asset.digest);
    const put = caches.open(keptCacheName).then((cache) => cache.put(url, new Response(bytes)));
    await withDeadline(put, storeTimeoutMs, 'keeping an asset');
    this.#left -= asset.size;
    await packs.receive({ t: 'kept', digest: asset.digest, from: 0, to: asset.size });
    return true;
  }

  /** Without one, the pack would ask the origin for it. */
  async #hasTorrentFile(pack: Pack): Promise<boolean> {
    const { torrentSha256, torrentBytes } = pack.layout;
    for (const link of this.#holdersOf(pack)) {
      if (pack.slot.file !== undefined) break;
      const file = await askForDocument(link, torrentSha256, torrentBytes);
      if (file !== undefined) pack.slot.file = file;
    }
    return pack.slot.file !== undefined;
  }
}

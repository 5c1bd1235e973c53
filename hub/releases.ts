/**
 * The releases of one site, as far as the hub needs them: asset numbers to paths and sizes, and the
 * infohashes of packs. A release is known by its digest, which its bytes must have; signatures are
 * the worker's business, since nothing here reaches a page.
 */

import { decodeEnvelope, limits, parseHead, parseRelease, sha256Hex } from '../manifests/index.ts';
import { messageOf, type Logger } from './log.ts';
import type { ReleaseSource } from './release-source.ts';
import { TokenBucket } from './token-bucket.ts';

/** What the hub knows of a release. */
export interface KnownRelease {
  /** 64 hex digits. */
  readonly sha256: string;
  /** Milliseconds since the epoch. */
  readonly version: number;
  /** In the order in which beacons count them. */
  readonly assets: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly totalBytes: number;
  /** Infohashes, 40 hex digits. */
  readonly packs: readonly string[];
}

const knownLimit = 32;
/** How long a digest that was not found is not looked for again. */
const missingMs = 30_000;
const missingLimit = 1000;

export class Releases {
  readonly #site: string;
  readonly #source: ReleaseSource;
  readonly #log: Logger;
  readonly #clock: () => number;
  readonly #known = new Map<string, KnownRelease>();
  readonly #loading = new Map<string, Promise<KnownRelease | undefined>>();
  readonly #missing = new Map<string, number>();
  /** Beacons may name any digest: how often that may cost a look at the source. */
  readonly #lookups: TokenBucket;
  readonly #refreshes: TokenBucket;
  #lastWarning: string | undefined;
  #paths: ReadonlySet<string> = new Set();
  #packs: ReadonlySet<string> = new Set();

  constructor(site: string, source: ReleaseSource, log: Logger, clock: () => number) {
    this.#site = site;
    this.#source = source;
    this.#log = log;
    this.#clock = clock;
    this.#lookups = new TokenBucket(10, 0.5, clock());
    this.#refreshes = new TokenBucket(3, 1, clock());
  }

  /** Whether a known release names this path. */
  hasPath(path: string): boolean {
    return this.#paths.has(path);
  }

  /** Whether a known release has this pack. */
  hasPack(infoHashHex: string): boolean {
    return this.#packs.has(infoHashHex);
  }

  /** The release of this digest; `undefined` when the site does not have it. Never rejects. */
  async get(sha256: string): Promise<KnownRelease | undefined> {
    const known = this.#known.get(sha256);
    if (known !== undefined) return known;
    const loading = this.#loading.get(sha256);
    if (loading !== undefined) return loading;
    const nowMs = this.#clock();
    if ((this.#missing.get(sha256) ?? 0) > nowMs || !this.#lookups.take(1, nowMs)) return undefined;
    const started = this.#load(sha256).finally(() => this.#loading.delete(sha256));
    this.#loading.set(sha256, started);
    return started;
  }

  /** Looks at the head for new releases; when asked too often, does nothing. Never rejects. */
  async refresh(): Promise<void> {
    if (!this.#refreshes.take(1, this.#clock())) return;
    try {
      const bytes = await this.#source('shoal/head.json', limits.headBytes);
      if (bytes === undefined) return;
      const head = parseHead(decodeEnvelope(bytes, 'head', limits.headBytes).payload, this.#site);
      for (const { sha256 } of [...head.previous.toReversed(), head.release]) {
        if (!this.#known.has(sha256)) await this.#load(sha256);
      }
    } catch (thrown) {
      this.#warn('head-unreadable', thrown);
    }
  }

  async #load(sha256: string): Promise<KnownRelease | undefined> {
    try {
      const bytes = await this.#source(`shoal/release/${sha256}.json`, limits.releaseBytes);
      if (bytes === undefined) return this.#miss(sha256);
      if ((await sha256Hex(bytes)) !== sha256) throw new Error(`release ${sha256} has another digest`);
      const release = knownRelease(sha256, bytes, this.#site);
      this.#keep(release);
      this.#log.info('release-known', { site: this.#site, release: sha256, assets: release.assets.length });
      return release;
    } catch (thrown) {
      this.#warn('release-unreadable', thrown);
      return this.#miss(sha256);
    }
  }

  #keep(release: KnownRelease): void {
    this.#known.set(release.sha256, release);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= knownLimit) break;
      this.#known.delete(oldest);
    }
    const all = [...this.#known.values()];
    this.#paths = new Set(all.flatMap(({ assets }) => assets.map(({ path }) => path)));
    this.#packs = new Set(all.flatMap(({ packs }) => packs));
  }

  /** Heads are read every few seconds: the same trouble is told once. */
  #warn(event: string, thrown: unknown): void {
    const message = messageOf(thrown);
    if (this.#lastWarning === message) return;
    this.#lastWarning = message;
    this.#log.warn(event, { site: this.#site, message });
  }

  #miss(sha256: string): undefined {
    if (this.#missing.size >= missingLimit) this.#missing.clear();
    this.#missing.set(sha256, this.#clock() + missingMs);
  }
}

function knownRelease(sha256: string, bytes: Uint8Array, site: string): KnownRelease {
  const release = parseRelease(decodeEnvelope(bytes, 'release', limits.releaseBytes).payload, site);
  const assets = Object.entries(release.assets).map(([path, { n }]) => ({ path, sizeBytes: n }));
  return {
    sha256,
    version: release.v,
    assets,
    totalBytes: assets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    packs: release.packs.map(({ ih }) => ih),
  };
}

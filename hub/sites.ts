/** The sites that this hub serves, and to whom. */

import type { ResolvedOptions } from './options.ts';
import { releaseSource } from './release-source.ts';
import { Releases } from './releases.ts';
import { TokenBucket } from './token-bucket.ts';

/** How often heads of other machines are read, so that stock clients may announce new packs. */
const remoteRefreshMs = 30_000;
/** A directory costs next to nothing; what the origin serves is told apart by the releases known. */
const localRefreshMs = 2_000;

export interface Site {
  readonly site: string;
  /** 40 hex digits. */
  readonly swarmId: string;
  readonly releases: Releases;
  /** Its documents are in a directory of this machine. */
  readonly isLocal: boolean;
  /** Whether pages of this origin may announce and report; `null`: no browser, may. */
  allows(origin: string | null): boolean;
}

export class Sites {
  readonly list: readonly Site[];
  readonly #bySite: ReadonlyMap<string, Site>;
  readonly #bySwarm: ReadonlyMap<string, Site>;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #clock: () => number;
  readonly #lookups: TokenBucket;

  constructor({ sites, log, clock }: ResolvedOptions) {
    this.list = sites.map(({ site, swarmId, allowedOrigins, source }) => ({
      site,
      swarmId,
      isLocal: 'dir' in source,
      releases: new Releases(site, releaseSource(source), log, clock),
      allows: (origin) => origin === null || allowedOrigins.includes(origin),
    }));
    this.#clock = clock;
    this.#lookups = new TokenBucket(1, 0.1, clock());
    this.#bySite = new Map(this.list.map((site) => [site.site, site]));
    this.#bySwarm = new Map(this.list.map((site) => [site.swarmId, site]));
  }

  /**
   * Reads the heads, now and regularly. Waits for directories only: a site of another machine, or of
   * a server that is about to start, may take its time.
   */
  async start(): Promise<void> {
    const started = this.list.map(async ({ releases, isLocal }) => {
      const everyMs = isLocal ? localRefreshMs : remoteRefreshMs;
      this.#timers.push(setInterval(() => void releases.refresh(), everyMs).unref());
      const read = releases.refresh();
      if (isLocal) await read;
    });
    await Promise.all(started);
  }

  get(site: string): Site | undefined {
    return this.#bySite.get(site);
  }

  /** Whether pages of this origin may use the swarm of any site, or report for one. */
  allowsSomewhere(origin: string): boolean {
    return this.list.some((site) => site.allows(origin));
  }

  /**
   * Why the tracker does not serve this infohash to a page of this origin; `undefined`: it does. The
   * list of infohashes is what keeps others from using our tracker; outside browsers an origin is
   * whatever one says it is.
   */
  refusal(infoHashHex: string, origin: string | null): string | undefined {
    const site =
      this.#bySwarm.get(infoHashHex) ?? this.list.find(({ releases }) => releases.hasPack(infoHashHex));
    if (site === undefined) {
      // Perhaps a release that came out a moment ago; strangers may not make us ask all the time.
      if (this.#lookups.take(1, this.#clock())) void this.#refresh();
      return 'this tracker does not serve this info_hash: it is neither a site of this hub nor a pack of one';
    }
    return site.allows(origin) ? undefined : `pages of ${origin} may not use the swarm of ${site.site}`;
  }

  async #refresh(): Promise<void> {
    await Promise.all(this.list.map(({ releases }) => releases.refresh()));
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

/** The sites that this hub serves, and to whom. */

import type { ResolvedOptions } from './options.ts';
import { releaseSource } from './release-source.ts';
import { Releases } from './releases.ts';

/** How often heads are read, so that stock clients may announce packs of a new release. */
const refreshIntervalMs = 30_000;

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
  #timer: NodeJS.Timeout | undefined;

  constructor({ sites, log, clock }: ResolvedOptions) {
    this.list = sites.map(({ site, swarmId, allowedOrigins, source }) => ({
      site,
      swarmId,
      isLocal: 'dir' in source,
      releases: new Releases(site, releaseSource(source), log, clock),
      allows: (origin) => origin === null || allowedOrigins.includes(origin),
    }));
    this.#bySite = new Map(this.list.map((site) => [site.site, site]));
    this.#bySwarm = new Map(this.list.map((site) => [site.swarmId, site]));
  }

  /**
   * Reads the heads, now and regularly. Waits for directories only: a site of another machine, or of
   * a server that is about to start, may take its time.
   */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.refresh(), refreshIntervalMs).unref();
    await Promise.all(
      this.list.map(async ({ releases, isLocal }) => {
        const read = releases.refresh();
        if (isLocal) await read;
      }),
    );
  }

  get(site: string): Site | undefined {
    return this.#bySite.get(site);
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
      void this.refresh();
      return 'this tracker does not serve this info_hash: it is neither a site of this hub nor a pack of one';
    }
    return site.allows(origin) ? undefined : `pages of ${origin} may not use the swarm of ${site.site}`;
  }

  /** Reads the heads again. Never rejects. */
  async refresh(): Promise<void> {
    await Promise.all(this.list.map(({ releases }) => releases.refresh()));
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

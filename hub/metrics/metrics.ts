/** The figures: summed in memory, written every two seconds, remembered over a restart. */

import type { Rates } from '../api.ts';
import { assetClasses } from '../../protocol/beacon.ts';
import { messageOf, type Logger } from '../log.ts';
import type { KnownRelease } from '../releases.ts';
import { Aggregate } from './aggregate.ts';
import { bucketOf } from './histogram.ts';
import { Pages, type Meeting } from './pages.ts';
import type { Prometheus } from './prometheus.ts';
import { RateWindow } from './rates.ts';
import { SeenIds } from './seen-ids.ts';
import type { MetricsStore } from './store.ts';
import { bucketStart, minuteMs, type Measure } from './traffic.ts';
import type { NamedTally, Report } from './verdict.ts';

const flushMs = 2000;
const pruneMs = 10 * minuteMs;
/** Longer than any beacon is under way. */
const beaconMemoryMs = 10 * minuteMs;
type GroupKey = Parameters<Aggregate['addGroup']>[0];

export interface MetricsOptions {
  readonly store: MetricsStore;
  readonly prometheus: Prometheus;
  /** Cells that may wait for a database that does not take them. */
  readonly waitingCells: number;
  readonly log: Logger;
  readonly clock: () => number;
}

/** One request that the origin's own server answered. */
export interface OriginRequest {
  /** Body bytes as sent. */
  readonly bytes: number;
  /** Whether a release names the path. */
  readonly isAsset: boolean;
}

export class Metrics {
  readonly store: MetricsStore;
  readonly prometheus: Prometheus;
  readonly #log: Logger;
  readonly #clock: () => number;
  readonly #waitingCells: number;
  readonly #waiting = new Aggregate();
  readonly #seen = new SeenIds(beaconMemoryMs);
  readonly #pages = new Pages();
  readonly #rates = new Map<string, RateWindow>();
  #writing: Promise<void> = Promise.resolve();
  #isHealthy = true;
  #timers: readonly NodeJS.Timeout[] = [];

  constructor({ store, prometheus, waitingCells, log, clock }: MetricsOptions) {
    this.store = store;
    this.prometheus = prometheus;
    this.#log = log;
    this.#clock = clock;
    this.#waitingCells = waitingCells;
  }

  /** Reads what a restart must not forget, and starts to write regularly. */
  async start(): Promise<void> {
    for (const { id, atMs } of await this.store.recentBeacons(this.#clock() - beaconMemoryMs)) {
      this.#seen.add(id, atMs);
    }
    this.#timers = [
      setInterval(() => void this.flush(), flushMs).unref(),
      setInterval(() => void this.#prune(), pruneMs).unref(),
    ];
    await this.#prune();
  }

  /** `false` while the database refuses to write; what was counted waits in memory. */
  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  get isOverloaded(): boolean {
    return this.#waiting.size > this.#waitingCells;
  }

  /** Whether a beacon's id has not been seen before; from now on it has. */
  isNew(id: string): boolean {
    const nowMs = this.#clock();
    if (!this.#seen.add(id, nowMs)) return false;
    this.#waiting.addBeacon(id, nowMs);
    return true;
  }

  /** See {@link Pages.meet}. */
  meet(site: string, session: string, range: string | undefined): Meeting {
    return this.#pages.meet(site, session, range, this.#clock());
  }

  /** Pages of the site that are open now. */
  pagesNow(site: string): number {
    return this.#pages.count(site, this.#clock());
  }

  rates(site: string): Rates {
    return this.#of(this.#rates, site, RateWindow).rates(this.#clock());
  }

  /** Counts a beacon that is not believed. */
  setAside(site: string, bytes: number): void {
    const start = bucketStart(this.#clock(), minuteMs);
    this.#waiting.addSite({ site, start }, { outliers: 1, outlierBytes: bytes });
    this.prometheus.outlier(site);
  }

  /** Adds a beacon that is believed. */
  record(site: string, report: Report): void {
    const { beacon, release, tallies, isVisit } = report;
    const nowMs = this.#clock();
    const start = bucketStart(nowMs, minuteMs);
    const { visit, group = 'swarm' } = beacon;
    this.#waiting.addSite(
      { site, start },
      {
        uploaded: beacon.uploadedBytes,
        firstVisits: isVisit && visit === 'first' ? 1 : 0,
        repeatVisits: isVisit && visit === 'repeat' ? 1 : 0,
      },
    );
    if (isVisit) this.#waiting.addGroup({ site, start, group }, { loads: 1 });
    for (const named of tallies) this.#recordAsset({ site, start, group }, release, named);
    for (const { code, count } of beacon.failures) {
      if (count > 0) this.#waiting.addFailure({ site, start, code, count, lastSeen: nowMs });
    }
    this.#recordTimes({ site, start, group }, report);
    this.prometheus.beacon(site, beacon, tallies, isVisit);
  }

  #recordTimes(key: GroupKey, { beacon, isFirst }: Report): void {
    const { visit, swarm, loadMs, classMs = {} } = beacon;
    const add = (measure: Measure, ms: number | undefined): void => {
      if (ms === undefined) return;
      this.#waiting.addPageTime({ ...key, visit, swarm, measure, bucket: bucketOf(ms) }, 1, ms);
    };
    if (isFirst.load) add('load', loadMs);
    if (!isFirst.classes) return;
    for (const assetClass of assetClasses) add(assetClass, classMs[assetClass]);
  }

  #recordAsset(key: GroupKey, release: KnownRelease | undefined, { path, tally }: NamedTally): void {
    const { site, start } = key;
    if (release === undefined) return;
    const bytes = {
      http: tally.httpBytes,
      swarm: tally.swarmBytes,
      cache: tally.cacheBytes,
      discarded: tally.discardedBytes,
      rejected: tally.rejectedBytes,
    };
    this.#waiting.addSite({ site, start }, bytes);
    this.#waiting.addGroup(key, bytes);
    this.#waiting.addAsset(
      { site, start, release: release.sha256, version: release.version, path },
      { ...bytes, requests: tally.requests, totalMs: tally.totalMs },
    );
    const rates = this.#of(this.#rates, site, RateWindow);
    rates.add('http', bytes.http, this.#clock());
    rates.add('swarm', bytes.swarm, this.#clock());
    rates.add('cache', bytes.cache, this.#clock());
  }

  /** Adds a request that the origin's own server answered. */
  recordOrigin(site: string, { bytes, isAsset }: OriginRequest): void {
    const start = bucketStart(this.#clock(), minuteMs);
    this.#waiting.addSite(
      { site, start },
      { originRequests: 1, ...(isAsset ? { originAsset: bytes } : { originOther: bytes }) },
    );
    this.#of(this.#rates, site, RateWindow).add('origin', bytes, this.#clock());
    this.prometheus.origin(site, isAsset ? 'asset' : 'other', bytes);
  }

  /** Writes what waits. Never rejects: what cannot be written now waits for the next time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes the rest and closes the store. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.flush();
    await this.store.close();
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const batch = this.#waiting.take();
    try {
      await this.store.write(batch);
      this.#isHealthy = true;
    } catch (thrown) {
      this.#waiting.putBack(batch);
      if (this.#isHealthy) this.#log.error('metrics-write', { message: messageOf(thrown) });
      this.#isHealthy = false;
    }
  }

  async #prune(): Promise<void> {
    try {
      await this.store.prune(this.#clock());
    } catch (thrown) {
      this.#log.error('metrics-prune', { message: messageOf(thrown) });
    }
  }

  #of<T>(all: Map<string, T>, site: string, Make: new () => T): T {
    let one = all.get(site);
    if (one === undefined) {
      one = new Make();
      all.set(site, one);
    }
    return one;
  }
}

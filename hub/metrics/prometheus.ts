/** The figures for Prometheus; every label has a bounded set of values. Counters start at 0 with the process. */

import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Beacon } from '../../protocol/beacon.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { NamedTally, RejectReason } from './verdict.ts';

/** What the gauges read when they are scraped. */
export interface Scraped {
  readonly core: TrackerCore;
  readonly connections: () => number;
  readonly sites: readonly { readonly site: string; readonly swarmId: string }[];
  readonly pagesNow: (site: string) => number;
}

export class Prometheus {
  readonly registry = new Registry();
  readonly #pageBytes = this.#counter('shoal_page_bytes_total', 'Bytes that pages report, by source', [
    'site',
    'source',
  ]);
  readonly #requests = this.#counter('shoal_page_requests_total', 'Asset requests that pages report', [
    'site',
  ]);
  readonly #uploaded = this.#counter('shoal_page_uploaded_bytes_total', 'Bytes that pages sent to peers', [
    'site',
  ]);
  readonly #visits = this.#counter('shoal_page_visits_total', 'Page loads', ['site', 'visit']);
  readonly #failures = this.#counter('shoal_page_failures_total', 'Failures that pages report', [
    'site',
    'code',
  ]);
  readonly #stored = this.#counter('shoal_beacons_stored_total', 'Beacons that were counted', ['site']);
  readonly #duplicates = this.#counter('shoal_beacons_duplicate_total', 'Beacons that had come before', []);
  readonly #outliers = this.#counter('shoal_beacons_outlier_total', 'Beacons that were not believed', [
    'site',
  ]);
  readonly #rejected = this.#counter('shoal_beacons_rejected_total', 'Beacons that were refused', ['reason']);
  readonly #originBytes = this.#counter('shoal_origin_bytes_total', 'Bytes that the origin counted', [
    'site',
    'kind',
  ]);
  readonly #originRequests = this.#counter(
    'shoal_origin_requests_total',
    'Requests that the origin counted',
    ['site'],
  );

  constructor(processMetrics: boolean) {
    if (processMetrics) collectDefaultMetrics({ register: this.registry });
  }

  beacon(site: string, beacon: Beacon, tallies: readonly NamedTally[], isVisit: boolean): void {
    this.#stored.inc({ site });
    for (const { tally } of tallies) {
      this.#pageBytes.inc({ site, source: 'http' }, tally.httpBytes);
      this.#pageBytes.inc({ site, source: 'swarm' }, tally.swarmBytes);
      this.#pageBytes.inc({ site, source: 'cache' }, tally.cacheBytes);
      this.#pageBytes.inc({ site, source: 'discarded' }, tally.discardedBytes);
      this.#pageBytes.inc({ site, source: 'rejected' }, tally.rejectedBytes);
      this.#requests.inc({ site }, tally.requests);
    }
    this.#uploaded.inc({ site }, beacon.uploadedBytes);
    if (isVisit) this.#visits.inc({ site, visit: beacon.visit });
    for (const { code, count } of beacon.failures) this.#failures.inc({ site, code }, count);
  }

  duplicate(): void {
    this.#duplicates.inc();
  }

  outlier(site: string): void {
    this.#outliers.inc({ site });
  }

  rejected(reason: RejectReason): void {
    this.#rejected.inc({ reason });
  }

  origin(site: string, kind: 'asset' | 'other', bytes: number): void {
    this.#originBytes.inc({ site, kind }, bytes);
    this.#originRequests.inc({ site });
  }

  /** Adds the tracker's own figures, read at each scrape. */
  observe({ core, connections, sites, pagesNow }: Scraped): void {
    const { counts } = core;
    this.#gauge('shoal_tracker_connections', 'Open WebSockets', [], (gauge) => gauge.set(connections()));
    this.#gauge('shoal_tracker_swarms', 'Swarms with somebody in them', [], (gauge) =>
      gauge.set(core.swarmCount),
    );
    this.#gauge('shoal_tracker_peers', "Members of the site's swarm", ['site'], (gauge) => {
      for (const { site, swarmId } of sites) gauge.set({ site }, core.peersIn(swarmId));
    });
    this.#gauge('shoal_pages_now', 'Pages heard of in the last two minutes', ['site'], (gauge) => {
      for (const { site } of sites) gauge.set({ site }, pagesNow(site));
    });
    this.#read('shoal_tracker_messages_total', 'Messages of clients', () => counts.messages);
    this.#read('shoal_tracker_relayed_total', 'Messages passed on', () => counts.relays);
    this.#read(
      'shoal_tracker_dropped_total',
      'Messages for nobody, and stops of somebody else',
      () => counts.drops,
    );
    this.#read('shoal_tracker_other_total', 'Failures sent, news of members sent', () => ({
      failure: counts.failures,
      members: counts.memberMessages,
    }));
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: readonly string[], collect: (gauge: Gauge) => void): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect: () => collect(gauge),
    });
  }

  /** A counter that somebody else keeps, one value a kind. */
  #read(name: string, help: string, values: () => Readonly<Record<string, number>>): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: ['kind'],
      registers: [this.registry],
      collect: () => {
        counter.reset();
        for (const [kind, value] of Object.entries(values())) counter.inc({ kind }, value);
      },
    });
  }
}

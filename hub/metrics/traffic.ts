/** What is counted, in cells of one minute; all fields are sums. */

import type { AssetClass, Beacon, FailureCode, Group } from '../../protocol/beacon.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The start of the bucket that a time falls into; buckets start at the epoch, so days are UTC days. */
export function bucketStart(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs) * stepMs;
}

/** One site's traffic in one minute. */
export interface SiteTraffic {
  readonly site: string;
  readonly start: number;
  http: number;
  swarm: number;
  cache: number;
  discarded: number;
  rejected: number;
  uploaded: number;
  firstVisits: number;
  repeatVisits: number;
  originAsset: number;
  originOther: number;
  originRequests: number;
  /** Reports that were not believed, and the bytes that they claimed: in no other figure. */
  outliers: number;
  outlierBytes: number;
}

/** What one of the two groups of a comparison loaded in one minute. */
export interface GroupTraffic {
  readonly site: string;
  readonly start: number;
  readonly group: Group;
  /** Page loads. */
  loads: number;
  http: number;
  swarm: number;
  cache: number;
  discarded: number;
  rejected: number;
}

/** One asset's traffic in one release and one minute. */
export interface AssetTraffic {
  readonly site: string;
  readonly start: number;
  /** SHA-256, hex. */
  readonly release: string;
  /** The release's own version: milliseconds since the epoch. */
  readonly version: number;
  readonly path: string;
  requests: number;
  http: number;
  swarm: number;
  cache: number;
  discarded: number;
  rejected: number;
  totalMs: number;
}

/** How often one thing failed in one minute. */
export interface FailureCount {
  readonly site: string;
  readonly start: number;
  readonly code: FailureCode;
  count: number;
  lastSeen: number;
}

export type VisitKind = Beacon['visit'];
export type SwarmState = Beacon['swarm'];

/** What is timed of a page load: the `load` event, or the last asset of a class. */
export type Measure = 'load' | AssetClass;

/** How many pages took about so long, in one minute; `bucket` as in histogram.ts. */
export interface PageTimeCount {
  readonly site: string;
  readonly start: number;
  readonly group: Group;
  readonly visit: VisitKind;
  readonly swarm: SwarmState;
  readonly measure: Measure;
  readonly bucket: number;
  count: number;
  totalMs: number;
}

/** Everything since the last write. */
export interface MetricsBatch {
  readonly sites: readonly SiteTraffic[];
  readonly assets: readonly AssetTraffic[];
  readonly failures: readonly FailureCount[];
  readonly groups: readonly GroupTraffic[];
  readonly pageTimes: readonly PageTimeCount[];
  /** Ids of beacons that were counted, so that a restart does not count them twice. */
  readonly beacons: readonly { readonly id: string; readonly atMs: number }[];
}

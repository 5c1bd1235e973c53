/** Where metrics are kept. One implementation is SQLite; the interface allows for others. */

import type {
  AssetTraffic,
  FailureCount,
  GroupTraffic,
  MetricsBatch,
  PageTimeCount,
  SiteTraffic,
} from './traffic.ts';

/** Sums of a site over a time. */
export type SiteTotals = Omit<SiteTraffic, 'site' | 'start'>;

export type AssetTotals = Omit<AssetTraffic, 'site' | 'start' | 'release' | 'version'>;

export type PageTimeTotals = Omit<PageTimeCount, 'site' | 'start'>;

export interface ReleaseTotals {
  readonly sha256: string;
  readonly version: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly http: number;
  readonly swarm: number;
  readonly cache: number;
  readonly discarded: number;
  readonly rejected: number;
}

/** Which rows a query sums: those of `rowMs` width from `from` up to, not including, `to`. */
export interface RowSpan {
  readonly from: number;
  readonly to: number;
  readonly rowMs: number;
}

/** All methods reject with the database's own error. */
export interface MetricsStore {
  /** Adds a batch, whole or not at all. */
  write(batch: MetricsBatch): Promise<void>;
  totals(site: string, span: RowSpan): Promise<SiteTotals>;
  /** One row a bucket of `stepMs`, oldest first; empty buckets are left out. */
  series(
    site: string,
    span: RowSpan,
    stepMs: number,
  ): Promise<readonly (SiteTotals & { readonly start: number })[]>;
  /** Newest first. */
  releases(site: string, span: RowSpan): Promise<readonly ReleaseTotals[]>;
  /** `savers`: most bytes from peers first; `losers`: most bytes from the origin or wasted first. */
  topAssets(
    site: string,
    span: RowSpan,
    order: 'savers' | 'losers',
    limit: number,
  ): Promise<readonly AssetTotals[]>;
  /** Most frequent first. */
  failures(
    site: string,
    span: RowSpan,
  ): Promise<readonly Pick<FailureCount, 'code' | 'count' | 'lastSeen'>[]>;
  /** Those with page loads. */
  groups(site: string, span: RowSpan): Promise<readonly Omit<GroupTraffic, 'site' | 'start'>[]>;
  pageTimes(site: string, span: RowSpan): Promise<readonly PageTimeTotals[]>;
  /** Whether an origin ever reported for this site. */
  isOriginKnown(site: string): Promise<boolean>;
  /** Beacons since then, oldest first. */
  recentBeacons(sinceMs: number): Promise<readonly { readonly id: string; readonly atMs: number }[]>;
  /** Deletes what is kept for a limited time only: minutes after 48 hours, single assets' hours after 35 days. */
  prune(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

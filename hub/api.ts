/**
 * What the hub's JSON API says; the dashboard imports these types. All numbers are bytes,
 * milliseconds or plain counts, as their names say. Times are milliseconds since the epoch.
 * Page figures are the visitors' own claims (plausibility-checked); `origin` is what a server counted.
 *
 * Routes, relative to the hub's base URL:
 * - `GET api/sites` -> {@link SitesResponse}
 * - `GET api/summary?site=S&range=R` -> {@link Summary}
 * - `GET api/live?site=S` -> server-sent events, event name `tick`, data {@link LiveTick}
 * - errors: status 4xx/5xx with {@link ApiError}
 */

/** How far back a summary looks. */
export const summaryRanges = ['1h', '24h', '7d', '30d'] as const;
export type SummaryRange = (typeof summaryRanges)[number];

/** Body of an answer that is not 2xx. */
export interface ApiError {
  readonly error: string;
}

/** Bytes that pages received, decoded, by where they came from. */
export interface SourceBytes {
  /** From the origin over HTTP. */
  readonly http: number;
  /** From peers, verified. */
  readonly swarm: number;
  /** From the visitor's own cache: no network. */
  readonly cache: number;
  /** Received over any network and not used (duplicates, over-fetch, aborted). */
  readonly discarded: number;
  /** Received and refused: did not match the signed digest. */
  readonly rejected: number;
}

/** What the swarm spared the origin. */
export interface Saved {
  /** Swarm bytes less discarded bytes, never below 0. */
  readonly bytes: number;
  /** `bytes` at {@link Saved.pricePerGB}; a GB is 10^9 bytes. */
  readonly money: number;
  /** ISO 4217 code, e.g. `EUR`. */
  readonly currency: string;
  readonly pricePerGB: number;
}

/** Page loads. A visitor who loads two pages counts twice: nothing is stored to recognise anybody. */
export interface Visitors {
  /** Page loads heard of in the last two minutes. */
  readonly now: number;
  /** `first + repeat`, within the range. */
  readonly total: number;
  /** Without a worker from an earlier visit. */
  readonly first: number;
  readonly repeat: number;
}

/** What the origin's own server counted: body bytes as sent. */
export interface OriginCounts {
  /** Bytes of paths that a release names. */
  readonly assetBytes: number;
  /** Bytes of everything else (HTML, Shoal's own files). */
  readonly otherBytes: number;
  readonly requests: number;
}

/** One bucket of the series: what happened from `t` until `t + stepMs`. */
export interface SeriesPoint {
  readonly t: number;
  readonly http: number;
  readonly swarm: number;
  readonly cache: number;
  /** The origin's own count of asset bytes; `null` when no origin ever reported. */
  readonly origin: number | null;
  /** Page loads that began. */
  readonly visitors: number;
}

export interface ReleaseRow {
  /** 64 hex digits. */
  readonly sha256: string;
  /** The release's version: milliseconds since the epoch at which it was made. */
  readonly version: number;
  /** When a page first, and last, reported about it. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly bytes: SourceBytes;
  /** See {@link Summary.offloadRatio}. */
  readonly offloadRatio: number | null;
}

export interface AssetRow {
  readonly path: string;
  readonly requests: number;
  readonly http: number;
  readonly swarm: number;
  readonly cache: number;
  readonly discarded: number;
  readonly rejected: number;
  /** Mean time to the whole answer; `null` without requests. */
  readonly meanMs: number | null;
}

export interface FailureRow {
  /** One of `failureCodes` in protocol/beacon.ts. */
  readonly code: string;
  readonly count: number;
  readonly lastSeen: number;
}

/** Time from navigation to the `load` event, for one kind of page load. Quantiles within 8 %. */
export interface LoadTimes {
  readonly visit: 'first' | 'repeat';
  readonly swarm: 'on' | 'off' | 'opted-out' | 'unsupported';
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p75Ms: number;
  readonly p95Ms: number;
}

/** How soon one group had something on the screen; of page loads of one kind. Quantiles within 8 %. */
export interface GroupTimes {
  readonly group: 'swarm' | 'holdout';
  readonly visit: 'first' | 'repeat';
  /** The `load` event, or the last asset of a class that the page needed to come up. */
  readonly measure: 'load' | 'script' | 'style' | 'font' | 'image' | 'media' | 'data' | 'other';
  readonly count: number;
  readonly p25Ms: number;
  readonly p50Ms: number;
  readonly p75Ms: number;
  readonly p95Ms: number;
}

/** One of the two groups of a comparison. `holdout`: visitors who load by plain HTTP. */
export interface GroupRow {
  readonly group: 'swarm' | 'holdout';
  /** Page loads. */
  readonly loads: number;
  readonly bytes: SourceBytes;
  /** See {@link Summary.offloadRatio}. */
  readonly offloadRatio: number | null;
}

/** Visitors with the swarm beside those who are held out; empty where nobody is held out. */
export interface Comparison {
  readonly groups: readonly GroupRow[];
  readonly times: readonly GroupTimes[];
}

/** Reports that were well-formed and not believed; in no other figure. */
export interface Outliers {
  readonly reports: number;
  /** What they claim to have received over the network. */
  readonly bytes: number;
}

/** `GET api/summary`. */
export interface Summary {
  readonly site: string;
  readonly range: SummaryRange;
  /** The window is `[from, to)`; it starts on a bucket's edge. */
  readonly from: number;
  readonly to: number;
  /** Width of a bucket of {@link Summary.series}. */
  readonly stepMs: number;
  /**
   * Verified swarm bytes, less discarded bytes, divided by all verified bytes over any network
   * (swarm and HTTP); from 0 to 1. `null` when there was no network traffic. The cache is not in it.
   */
  readonly offloadRatio: number | null;
  readonly bytes: SourceBytes;
  /** Bytes that pages sent to other pages. */
  readonly uploadedBytes: number;
  readonly saved: Saved;
  readonly visitors: Visitors;
  /** Members of the site's swarm at this moment. */
  readonly peers: { readonly connected: number };
  /** `null` when no origin ever reported for this site. */
  readonly origin: OriginCounts | null;
  /** Every bucket of the window, oldest first, empty ones included. */
  readonly series: readonly SeriesPoint[];
  /** Newest first; those with traffic in the window. */
  readonly releases: readonly ReleaseRow[];
  readonly assets: {
    /** By bytes that peers delivered, largest first; at most 10. */
    readonly savers: readonly AssetRow[];
    /** By bytes that still came from the origin or were wasted, largest first; at most 10. */
    readonly losers: readonly AssetRow[];
  };
  /** Most frequent first. */
  readonly failures: readonly FailureRow[];
  readonly loadTimes: readonly LoadTimes[];
  readonly comparison: Comparison;
  readonly outliers: Outliers;
}

/** One site of `GET api/sites`; figures are of the last 24 hours. */
export interface SiteSummary {
  readonly site: string;
  /** 40 hex digits. */
  readonly swarmId: string;
  readonly offloadRatio: number | null;
  readonly bytes: SourceBytes;
  readonly saved: Saved;
  readonly visitors: Visitors;
  readonly peers: { readonly connected: number };
}

/** `GET api/sites`. */
export interface SitesResponse {
  readonly sites: readonly SiteSummary[];
}

/** Bytes per second, mean of the last 60 seconds. */
export interface Rates {
  readonly httpBytesPerSecond: number;
  readonly swarmBytesPerSecond: number;
  readonly cacheBytesPerSecond: number;
  /** As the origin counted (assets and everything else); 0 when no origin reports. */
  readonly originBytesPerSecond: number;
}

/** Data of a `tick` event: sent at once, then when something changed, at most once a second. */
export interface LiveTick {
  readonly t: number;
  readonly site: string;
  /** Since midnight UTC. */
  readonly today: {
    readonly bytes: SourceBytes;
    readonly uploadedBytes: number;
    readonly offloadRatio: number | null;
    readonly saved: Saved;
    readonly visitors: number;
    readonly failures: number;
    readonly origin: OriginCounts | null;
  };
  readonly visitorsNow: number;
  readonly peersConnected: number;
  readonly rates: Rates;
}

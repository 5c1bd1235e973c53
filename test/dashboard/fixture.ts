import type { AssetRow, SeriesPoint, Summary } from '../../hub/api.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

export function aPoint(point: Partial<SeriesPoint>): SeriesPoint {
  return { t: 0, http: 0, swarm: 0, cache: 0, origin: null, visitors: 0, ...point };
}

export function anAsset(asset: Partial<AssetRow>): AssetRow {
  return {
    path: '/a.js',
    requests: 1,
    http: 0,
    swarm: 0,
    cache: 0,
    discarded: 0,
    rejected: 0,
    meanMs: 12.5,
    ...asset,
  };
}

/** A summary of an hour in which nothing happened, but for what is given. */
export function aSummary(summary: Partial<Summary> = {}): Summary {
  return {
    site: 'https://example.com',
    range: '1h',
    from: 0,
    to: hourMs,
    stepMs: minuteMs,
    offloadRatio: null,
    bytes: { http: 0, swarm: 0, cache: 0, discarded: 0, rejected: 0 },
    uploadedBytes: 0,
    saved: { bytes: 0, money: 0, currency: 'EUR', pricePerGB: 0.05 },
    visitors: { now: 0, total: 0, first: 0, repeat: 0 },
    peers: { connected: 0 },
    origin: null,
    series: [],
    releases: [],
    assets: { savers: [], losers: [] },
    failures: [],
    loadTimes: [],
    comparison: { groups: [], times: [] },
    outliers: { reports: 0, bytes: 0 },
    ...summary,
  };
}

/** From rows to what the dashboard shows. */

import type {
  AssetRow,
  GroupRow,
  LiveTick,
  OriginCounts,
  Saved,
  SiteSummary,
  SourceBytes,
  Summary,
  SummaryRange,
} from '../api.ts';
import type { Metrics } from './metrics.ts';
import { comparisonOf, loadTimesOf } from './page-times.ts';
import type { AssetTotals, MetricsStore, RowSpan, SiteTotals } from './store.ts';
import { bucketStart, dayMs, type GroupTraffic } from './traffic.ts';
import { windowOf, type TimeWindow } from './windows.ts';

const topAssets = 10;

/** What a GB costs. */
export interface Price {
  readonly pricePerGB: number;
  readonly currency: string;
}

/** What a summary is made from, besides the rows. */
export interface SummaryContext {
  readonly metrics: Metrics;
  readonly price: Price;
  /** Members of a site's swarm now. */
  readonly peers: (site: string) => number;
  readonly clock: () => number;
}

/** `GET api/summary`. */
export async function summaryOf(
  { metrics, price, peers, clock }: SummaryContext,
  site: string,
  range: SummaryRange,
): Promise<Summary> {
  await metrics.flush();
  const { store } = metrics;
  const window = windowOf(range, clock());
  const totals = await store.totals(site, window);
  const originKnown = await store.isOriginKnown(site);
  const times = await store.pageTimes(site, window);
  return {
    site,
    range,
    from: window.from,
    to: window.to,
    stepMs: window.stepMs,
    offloadRatio: offloadRatio(totals),
    bytes: bytesOf(totals),
    uploadedBytes: totals.uploaded,
    saved: saved(totals, price),
    visitors: visitorsOf(totals, metrics.pagesNow(site)),
    peers: { connected: peers(site) },
    origin: originKnown ? originOf(totals) : null,
    series: await seriesOf(store, site, window, originKnown),
    releases: (await store.releases(site, window)).map(
      ({ sha256, version, firstSeen, lastSeen, ...bytes }) => ({
        sha256,
        version,
        firstSeen,
        lastSeen,
        bytes,
        offloadRatio: offloadRatio(bytes),
      }),
    ),
    assets: {
      savers: (await store.topAssets(site, window, 'savers', topAssets)).map(assetRow),
      losers: (await store.topAssets(site, window, 'losers', topAssets)).map(assetRow),
    },
    failures: await store.failures(site, window),
    loadTimes: loadTimesOf(times),
    comparison: comparisonOf((await store.groups(site, window)).map(groupRow), times),
    outliers: { reports: totals.outliers, bytes: totals.outlierBytes },
  };
}

/** One entry of `GET api/sites`. */
export async function siteSummaryOf(
  { metrics, price, peers, clock }: SummaryContext,
  site: string,
  swarmId: string,
): Promise<SiteSummary> {
  await metrics.flush();
  const totals = await metrics.store.totals(site, windowOf('24h', clock()));
  return {
    site,
    swarmId,
    offloadRatio: offloadRatio(totals),
    bytes: bytesOf(totals),
    saved: saved(totals, price),
    visitors: visitorsOf(totals, metrics.pagesNow(site)),
    peers: { connected: peers(site) },
  };
}

/** One event of `GET api/live`. */
export async function liveTickOf(
  { metrics, price, peers, clock }: SummaryContext,
  site: string,
): Promise<LiveTick> {
  await metrics.flush();
  const nowMs = clock();
  const from = bucketStart(nowMs, dayMs);
  const today: RowSpan = { from, to: from + dayMs, rowMs: dayMs };
  const totals = await metrics.store.totals(site, today);
  const failures = await metrics.store.failures(site, today);
  return {
    t: nowMs,
    site,
    today: {
      bytes: bytesOf(totals),
      uploadedBytes: totals.uploaded,
      offloadRatio: offloadRatio(totals),
      saved: saved(totals, price),
      visitors: totals.firstVisits + totals.repeatVisits,
      failures: failures.reduce((sum, { count }) => sum + count, 0),
      origin: (await metrics.store.isOriginKnown(site)) ? originOf(totals) : null,
    },
    visitorsNow: metrics.pagesNow(site),
    peersConnected: peers(site),
    rates: metrics.rates(site),
  };
}

/** See {@link Summary.offloadRatio}. */
function offloadRatio({ http, swarm, discarded }: SourceBytes): number | null {
  const network = http + swarm;
  return network === 0 ? null : Math.max(0, swarm - discarded) / network;
}

function saved({ swarm, discarded }: SourceBytes, { pricePerGB, currency }: Price): Saved {
  const bytes = Math.max(0, swarm - discarded);
  return { bytes, money: (bytes / 1e9) * pricePerGB, currency, pricePerGB };
}

function bytesOf({ http, swarm, cache, discarded, rejected }: SourceBytes): SourceBytes {
  return { http, swarm, cache, discarded, rejected };
}

function visitorsOf({ firstVisits, repeatVisits }: SiteTotals, now: number): Summary['visitors'] {
  return { now, total: firstVisits + repeatVisits, first: firstVisits, repeat: repeatVisits };
}

function originOf({ originAsset, originOther, originRequests }: SiteTotals): OriginCounts {
  return { assetBytes: originAsset, otherBytes: originOther, requests: originRequests };
}

async function seriesOf(
  store: MetricsStore,
  site: string,
  { from, to, stepMs, seriesRowMs }: TimeWindow,
  originKnown: boolean,
): Promise<Summary['series']> {
  const rows = await store.series(site, { from, to, rowMs: seriesRowMs }, stepMs);
  const byStart = new Map(rows.map((row) => [row.start, row]));
  return Array.from({ length: (to - from) / stepMs }, (_, i) => {
    const t = from + i * stepMs;
    const row = byStart.get(t);
    return {
      t,
      http: row?.http ?? 0,
      swarm: row?.swarm ?? 0,
      cache: row?.cache ?? 0,
      origin: originKnown ? (row?.originAsset ?? 0) : null,
      visitors: row === undefined ? 0 : row.firstVisits + row.repeatVisits,
    };
  });
}

function groupRow({ group, loads, ...bytes }: Omit<GroupTraffic, 'site' | 'start'>): GroupRow {
  return { group, loads, bytes, offloadRatio: offloadRatio(bytes) };
}

function assetRow({ totalMs, ...totals }: AssetTotals): AssetRow {
  return { ...totals, meanMs: totals.requests === 0 ? null : totalMs / totals.requests };
}

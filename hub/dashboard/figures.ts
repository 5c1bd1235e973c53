/** What the dashboard works out from a summary before it shows it. Pure. */

import type { LoadTimes, SeriesPoint, SourceBytes, Summary, SummaryRange } from '../api.ts';

/** Bytes that came over any network and were used. */
export function networkBytes(bytes: Pick<SourceBytes, 'http' | 'swarm'>): number {
  return bytes.http + bytes.swarm;
}

/** Did any page report anything in the window? */
export function hasReports(summary: Summary): boolean {
  const { bytes, visitors, failures } = summary;
  return visitors.total > 0 || bytes.http + bytes.swarm + bytes.cache > 0 || failures.length > 0;
}

/** A bucket's offload ratio, without its discarded bytes, which the series does not tell; `null`: no traffic. */
export function pointRatio(point: SeriesPoint): number | null {
  const network = networkBytes(point);
  return network > 0 ? point.swarm / network : null;
}

/**
 * The buckets to draw: without the last one, which still fills and would look like a fall in traffic; but
 * with it when it is all there is.
 */
export function drawnPoints(summary: Summary): readonly SeriesPoint[] {
  const complete = summary.series.slice(0, -1);
  return complete.some(isBusy) ? complete : summary.series;
}

function isBusy(point: SeriesPoint): boolean {
  return point.http + point.swarm + point.cache + point.visitors > 0;
}

/** The layers of the traffic chart, from the bottom up. */
export const layers = ['http', 'swarm', 'cache'] as const;
export type Layer = (typeof layers)[number];

/** For each layer the heights of its upper edge; a layer that is not `visible` has no thickness. */
export function stackLayers(points: readonly SeriesPoint[], visible: ReadonlySet<Layer>): number[][] {
  let below = points.map(() => 0);
  return layers.map((layer) => {
    const edge = points.map((point, index) => (below[index] ?? 0) + (visible.has(layer) ? point[layer] : 0));
    below = edge;
    return edge;
  });
}

/**
 * How well what pages report (`reported`) agrees with what the origin counted: the smaller divided by the
 * larger, from 0 to 1; `null` while both are nothing.
 */
export function agreement(reported: number, counted: number): number | null {
  const larger = Math.max(reported, counted);
  return larger > 0 ? Math.min(reported, counted) / larger : null;
}

/** From this agreement on, the two counts are said to agree. */
export const goodAgreement = 0.98;

/** Fewer page loads than this prove nothing about speed. */
const fewestLoads = 20;

/**
 * The median load time with the swarm less the one without it (the holdout, and those who opted out), in
 * milliseconds: negative is faster with it. `null`: not enough page loads of both kinds.
 */
export function swarmSlowdownMs(rows: readonly LoadTimes[], visit: LoadTimes['visit']): number | null {
  const median = (swarm: LoadTimes['swarm']): number | undefined =>
    rows.find((row) => row.visit === visit && row.swarm === swarm && row.count >= fewestLoads)?.p50Ms;
  const on = median('on');
  const off = median('off');
  return on === undefined || off === undefined ? null : on - off;
}

/** The range to begin with: the last hour for a site that has been heard of only within it, else a day. */
export function firstRange(day: Summary): SummaryRange {
  const hourAgo = day.to - 3_600_000;
  const busy = day.series.filter(isBusy);
  return busy.length > 0 && busy.every((point) => point.t + day.stepMs > hourAgo) ? '1h' : '24h';
}

/** A step's width in words: `15 minutes`, `hour`, `6 hours`, `day`; to be read after "per". */
export function stepWords(stepMs: number): string {
  const units = [
    { ms: 86_400_000, one: 'day' },
    { ms: 3_600_000, one: 'hour' },
    { ms: 60_000, one: 'minute' },
    { ms: 1_000, one: 'second' },
  ];
  const unit = units.find(({ ms }) => stepMs >= ms && stepMs % ms === 0);
  if (unit === undefined) return `${stepMs} ms`;
  const count = stepMs / unit.ms;
  return count === 1 ? unit.one : `${count} ${unit.one}s`;
}

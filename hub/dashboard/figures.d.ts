/** What the dashboard works out from a summary before it shows it. Pure. */
import type { LoadTimes, SeriesPoint, SourceBytes, Summary, SummaryRange } from '../api.ts';
/** Bytes that came over any network and were used. */
export declare function networkBytes(bytes: Pick<SourceBytes, 'http' | 'swarm'>): number;
/** Did any page report anything in the window? */
export declare function hasReports(summary: Summary): boolean;
/** A bucket's offload ratio, without its discarded bytes, which the series does not tell; `null`: no traffic. */
export declare function pointRatio(point: SeriesPoint): number | null;
/**
 * The buckets to draw: without the last one, which still fills and would look like a fall in traffic; but
 * with it when it is all there is.
 */
export declare function drawnPoints(summary: Summary): readonly SeriesPoint[];
/** The layers of the traffic chart, from the bottom up. */
export declare const layers: readonly ['http', 'swarm', 'cache'];
export type Layer = (typeof layers)[number];
/** For each layer the heights of its upper edge; a layer that is not `visible` has no thickness. */
export declare function stackLayers(points: readonly SeriesPoint[], visible: ReadonlySet<Layer>): number[][];
/**
 * How well what pages report (`reported`) agrees with what the origin counted: the smaller divided by the
 * larger, from 0 to 1; `null` while both are nothing.
 */
export declare function agreement(reported: number, counted: number): number | null;
/** From this agreement on, the two counts are said to agree. */
export declare const goodAgreement = 0.98;
/**
 * The median load time with the swarm less the one without it (the holdout, and those who opted out), in
 * milliseconds: negative is faster with it. `null`: not enough page loads of both kinds.
 */
export declare function swarmSlowdownMs(rows: readonly LoadTimes[], visit: LoadTimes['visit']): number | null;
/** The range to begin with: the last hour for a site that has been heard of only within it, else a day. */
export declare function firstRange(day: Summary): SummaryRange;
/** A step's width in words: `15 minutes`, `hour`, `6 hours`, `day`; to be read after "per". */
export declare function stepWords(stepMs: number): string;

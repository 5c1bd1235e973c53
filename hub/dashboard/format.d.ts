/**
 * Numbers and times as the dashboard writes them: one locale (the page's own, English), decimal units,
 * three significant digits, and a dash where there is nothing to say. Pure: the present is an argument.
 */
/** What stands where a figure is not known. */
export declare const unknownFigure = '\u2013';
/** A figure in two parts, so that the unit can be set smaller than the number. */
export interface Figure {
  readonly value: string;
  readonly unit: string;
}
/** Bytes in decimal units (1 kB = 1000 B), three significant digits: `1.24`, `MB`. */
export declare function bytesFigure(bytes: number): Figure;
/** {@link bytesFigure} as one text that does not break: `1.24 MB`. */
export declare function formatBytes(bytes: number): string;
/** Bytes at an axis: no more digits than the number has. */
export declare function formatAxisBytes(bytes: number): string;
/** A count at an axis; nothing between whole numbers. */
export declare function formatAxisCount(count: number): string;
/**
 * A ratio in percent, one decimal. Never rounded up to 100 nor down to 0: `99.9 %` is not everything,
 * and something is not nothing. `null` or not a number: unknown.
 */
export declare function formatPercent(ratio: number | null): string;
/** {@link formatPercent} in two parts. */
export declare function percentFigure(ratio: number | null): Figure;
/** A count: all digits up to a million, then three significant ones: `12,403`, `1.24 M`. */
export declare function formatCount(count: number): string;
/** `1 visitor`, `12,403 visitors`. */
export declare function formatCounted(count: number, one: string, many: string): string;
/**
 * An amount of money. `currency`: an ISO 4217 code; anything else is written behind the number. Amounts
 * below one get up to four decimals, so that a price per GB such as 0.0085 stays readable.
 */
export declare function formatMoney(amount: number, currency: string): string;
/** A span of time in milliseconds: `840 ms`, `1.24 s`, `12.4 s`, `3 min`. `null`: unknown. */
export declare function formatDuration(ms: number | null): string;
/** How long ago `time` was at `now` (both milliseconds since the epoch): `just now`, `5 minutes ago`. */
export declare function formatAgo(time: number, now: number): string;
/** A moment (milliseconds since the epoch) in the reader's time zone: `21 Nov 2025, 14:05`. */
export declare function formatMoment(time: number): string;
/** A bucket of a chart that spans `spanMs`: `14:00–14:15`, with the day in front where several are in sight. */
export declare function formatBucket(from: number, to: number, spanMs: number): string;
/** The first eight digits of a digest. */
export declare function formatDigest(hex: string): string;

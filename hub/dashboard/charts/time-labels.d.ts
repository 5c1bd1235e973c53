/** What stands under a time axis, in the reader's time zone. Pure but for that zone. */
/**
 * A label for each split (milliseconds since the epoch), `incrementMs` apart: the time of day, and the
 * day instead where one begins; days only, once they are a day apart or several days are in sight.
 */
export declare function timeLabels(splits: readonly number[], incrementMs: number, spanMs: number): string[];

import type { SummaryRange } from '../api.ts';
import { bucketStart, dayMs, hourMs, minuteMs } from './traffic.ts';

/** A span of time, and from which rows it is read. It ends now, within its last bucket. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
  /** Width of a point of the series. */
  readonly stepMs: number;
  /** Rows of this width are summed for the series; divides `stepMs`. */
  readonly seriesRowMs: number;
  /** Rows of this width are summed for everything else; `from` is on an edge of it. */
  readonly rowMs: number;
}

/**
 * The window of a range. It starts on a row's edge, so that all figures of a summary are about the
 * same time; from a week on that is midnight UTC, and the day that runs counts as one.
 */
export function windowOf(range: SummaryRange, nowMs: number): TimeWindow {
  switch (range) {
    case '1h':
      return timeWindow(nowMs, 60, minuteMs, minuteMs, minuteMs);
    case '24h':
      return timeWindow(nowMs, 24, hourMs, 10 * minuteMs, minuteMs);
    case '7d':
      return timeWindow(nowMs, 7, dayMs, hourMs, hourMs);
    case '30d':
      return timeWindow(nowMs, 30, dayMs, 6 * hourMs, hourMs);
  }
}

function timeWindow(
  nowMs: number,
  rows: number,
  rowMs: number,
  stepMs: number,
  seriesRowMs: number,
): TimeWindow {
  const from = bucketStart(nowMs, rowMs) - (rows - 1) * rowMs;
  return { from, to: bucketStart(nowMs, stepMs) + stepMs, stepMs, seriesRowMs, rowMs };
}

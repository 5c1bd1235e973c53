import type { Load } from './page.ts';

/** Times in milliseconds; those of pages without a worker in the same weather beside them. */
export interface Figures {
  readonly id: string;
  readonly loads: number;
  readonly whole: number;
  readonly corrupted: number;
  readonly paint: Comparison;
  readonly complete: Comparison;
}

interface Comparison {
  readonly p50: number;
  readonly p95: number;
  readonly plainP50: number;
  readonly plainP95: number;
}

/** Sums up a scenario. Where the browser tells no largest paint, that comparison is of zeros. */
export function figuresOf(id: string, loads: readonly Load[], plain: readonly Load[]): Figures {
  return {
    id,
    loads: loads.length,
    whole: loads.filter(({ isWhole }) => isWhole).length,
    corrupted: loads.reduce((sum, { corrupted }) => sum + corrupted.length, 0),
    paint: compare(loads, plain, ({ lcpMs }) => lcpMs),
    complete: compare(loads, plain, ({ completeMs }) => completeMs),
  };
}

function compare(loads: readonly Load[], plain: readonly Load[], timeOf: (load: Load) => number): Comparison {
  const [times, plainTimes] = [loads.map(timeOf), plain.map(timeOf)];
  return {
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    plainP50: percentile(plainTimes, 0.5),
    plainP95: percentile(plainTimes, 0.95),
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
}

/** What the two groups, with the swarm and held out, say about each other. Pure. */

import type { GroupTimes, Summary } from '../api.ts';

/** The same thing timed in both groups. */
export interface ComparedTimes {
  readonly visit: GroupTimes['visit'];
  readonly measure: GroupTimes['measure'];
  readonly swarm: GroupTimes | undefined;
  readonly holdout: GroupTimes | undefined;
  /** The median with the swarm less the one without; negative: sooner with it. `null`: only one group. */
  readonly differenceMs: number | null;
  /** Whether that is more than chance makes of it. */
  readonly isTelling: boolean;
}

/** In the order in which a page needs them. */
const measures = ['load', 'style', 'script', 'font', 'image', 'media', 'data', 'other'] as const;

/** Fewer page loads than this prove nothing. */
const fewestLoads = 20;

/** Repeat visits first: only they have the worker from the start. */
export function comparedTimes({ comparison }: Pick<Summary, 'comparison'>): readonly ComparedTimes[] {
  const find = (group: GroupTimes['group'], visit: GroupTimes['visit'], measure: GroupTimes['measure']) =>
    comparison.times.find((row) => row.group === group && row.visit === visit && row.measure === measure);
  return (['repeat', 'first'] as const).flatMap((visit) =>
    measures.flatMap((measure) => {
      const swarm = find('swarm', visit, measure);
      const holdout = find('holdout', visit, measure);
      if (swarm === undefined && holdout === undefined) return [];
      const isBoth = swarm !== undefined && holdout !== undefined;
      return {
        visit,
        measure,
        swarm,
        holdout,
        differenceMs: isBoth ? swarm.p50Ms - holdout.p50Ms : null,
        isTelling: isBoth && isTelling(swarm, holdout),
      };
    }),
  );
}

/**
 * Twice the standard error of the difference. That of a median of n samples is about 0.93 of their
 * interquartile range, divided by the root of n (exact for normal samples).
 */
function isTelling(a: GroupTimes, b: GroupTimes): boolean {
  if (Math.min(a.count, b.count) < fewestLoads) return false;
  const variance = ({ p25Ms, p75Ms, count }: GroupTimes): number => (0.93 * (p75Ms - p25Ms)) ** 2 / count;
  return Math.abs(a.p50Ms - b.p50Ms) > 2 * Math.sqrt(variance(a) + variance(b));
}

/** Where a row's spread lies on a scale from 0 to `scaleMs`; shares from 0 to 1. */
export function spreadOn({ p25Ms, p50Ms, p75Ms, p95Ms }: GroupTimes, scaleMs: number) {
  const share = (ms: number): number => (scaleMs > 0 ? Math.min(ms / scaleMs, 1) : 0);
  return { p25: share(p25Ms), p50: share(p50Ms), p75: share(p75Ms), p95: share(p95Ms) };
}

/** From histograms of page loads to quantiles. */

import type { Comparison, GroupRow, GroupTimes, LoadTimes } from '../api.ts';
import { quantileMs } from './histogram.ts';
import type { PageTimeTotals } from './store.ts';

/** By kind of visit and what the swarm did there. */
export function loadTimesOf(times: readonly PageTimeTotals[]): readonly LoadTimes[] {
  const loads = times.filter(({ measure }) => measure === 'load');
  return groupsBy(loads, ({ visit, swarm }) => `${visit} ${swarm}`).map(([first, rows]) => {
    const count = countOf(rows);
    return {
      visit: first.visit,
      swarm: first.swarm,
      count,
      meanMs: Math.round(rows.reduce((sum, row) => sum + row.totalMs, 0) / count),
      p50Ms: quantileMs(rows, 0.5),
      p75Ms: quantileMs(rows, 0.75),
      p95Ms: quantileMs(rows, 0.95),
    };
  });
}

/** Nothing unless some are held out: one group alone compares to nothing. */
export function comparisonOf(groups: readonly GroupRow[], times: readonly PageTimeTotals[]): Comparison {
  if (!groups.some(({ group }) => group === 'holdout')) return { groups: [], times: [] };
  // By the group that chance gave them, whatever their browsers then could or would do: who opted out,
  // or has a slow network, is in both.
  return { groups, times: groupTimesOf(times) };
}

function groupTimesOf(times: readonly PageTimeTotals[]): readonly GroupTimes[] {
  const name = ({ visit, measure, group }: PageTimeTotals): string => `${visit} ${measure} ${group}`;
  return groupsBy(times, name).map(([{ group, visit, measure }, rows]) => ({
    group,
    visit,
    measure,
    count: countOf(rows),
    p25Ms: quantileMs(rows, 0.25),
    p50Ms: quantileMs(rows, 0.5),
    p75Ms: quantileMs(rows, 0.75),
    p95Ms: quantileMs(rows, 0.95),
  }));
}

function countOf(rows: readonly PageTimeTotals[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** Rows that share a name, with the first of them, in the order of the names' first rows. */
function groupsBy<T>(
  rows: readonly T[],
  nameOf: (row: T) => string,
): readonly (readonly [T, readonly T[]])[] {
  return [...Map.groupBy(rows, nameOf).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [[first, group] as const];
  });
}

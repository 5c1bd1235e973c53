import { describe, expect, it } from 'vitest';
import type { GroupTimes } from '../../hub/api.ts';
import { comparedTimes, spreadOn } from '../../hub/dashboard/comparison.ts';

function times(row: Partial<GroupTimes>): GroupTimes {
  return {
    group: 'swarm',
    visit: 'repeat',
    measure: 'load',
    count: 1_000,
    p25Ms: 300,
    p50Ms: 400,
    p75Ms: 600,
    p95Ms: 900,
    ...row,
  };
}

const compare = (...rows: readonly GroupTimes[]) =>
  comparedTimes({ comparison: { groups: [], times: rows } });

describe('the groups beside each other', () => {
  it('are compared by visit and by what was timed, the page load first', () => {
    const rows = compare(
      times({ measure: 'image' }),
      times({ group: 'holdout', measure: 'load', p50Ms: 460 }),
      times({ visit: 'first' }),
      times({}),
    );
    expect(rows.map(({ visit, measure, differenceMs }) => [visit, measure, differenceMs])).toEqual([
      ['repeat', 'load', -60],
      ['repeat', 'image', null],
      ['first', 'load', null],
    ]);
  });

  it('differ only where chance does not make as much of it', () => {
    const isTelling = (held: Partial<GroupTimes>): boolean | undefined =>
      compare(times({}), times({ group: 'holdout', ...held }))[0]?.isTelling;
    expect(isTelling({ p50Ms: 460, count: 1_000 })).toBe(true);
    expect(isTelling({ p50Ms: 460, count: 50 })).toBe(false);
    expect(isTelling({ p50Ms: 900, count: 50 })).toBe(true);
    expect(isTelling({ p50Ms: 9_000, count: 19 })).toBe(false);
    expect(isTelling({ p50Ms: 402, count: 1_000 })).toBe(false);
  });

  it('are drawn on one scale', () => {
    expect(spreadOn(times({}), 1_000)).toEqual({ p25: 0.3, p50: 0.4, p75: 0.6, p95: 0.9 });
    expect(spreadOn(times({}), 0)).toEqual({ p25: 0, p50: 0, p75: 0, p95: 0 });
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadTimes } from '../../hub/api.ts';
import {
  agreement,
  drawnPoints,
  firstRange,
  hasReports,
  layers,
  pointRatio,
  stackLayers,
  stepWords,
  swarmSlowdownMs,
} from '../../hub/dashboard/figures.ts';
import { aPoint, aSummary, hourMs, minuteMs } from './fixture.ts';

describe('the drawn buckets', () => {
  const earlier = aPoint({ t: 0, http: 5 });
  const filling = aPoint({ t: minuteMs, http: 1 });

  it('leave out the last one, which still fills', () => {
    expect(drawnPoints(aSummary({ series: [earlier, filling] }))).toEqual([earlier]);
  });

  it('keep the last one when nothing happened before it', () => {
    const quiet = aPoint({ t: 0 });
    expect(drawnPoints(aSummary({ series: [quiet, filling] }))).toEqual([quiet, filling]);
  });
});

describe('the stacked layers', () => {
  const bytes = fc.nat(1e9);
  const point = fc.record({ http: bytes, swarm: bytes, cache: bytes }).map(aPoint);

  it('lie on each other, and a hidden one has no thickness', () => {
    fc.assert(
      fc.property(fc.array(point), fc.subarray([...layers]), (points, visible) => {
        const edges = stackLayers(points, new Set(visible));
        points.forEach((each, index) => {
          let below = 0;
          layers.forEach((layer, height) => {
            const edge = edges[height]?.[index];
            expect(edge).toBe(below + (visible.includes(layer) ? each[layer] : 0));
            below = edge ?? 0;
          });
        });
      }),
    );
  });
});

describe('ratios', () => {
  it('a bucket without network traffic has none, whatever the cache answered', () => {
    expect(pointRatio(aPoint({ cache: 100 }))).toBeNull();
    expect(pointRatio(aPoint({ swarm: 3, http: 1, cache: 100 }))).toBe(0.75);
  });

  it('agreement is the smaller count over the larger, whichever that is', () => {
    expect(agreement(98, 100)).toBe(0.98);
    expect(agreement(100, 98)).toBe(0.98);
    expect(agreement(0, 5)).toBe(0);
    expect(agreement(0, 0)).toBeNull();
  });
});

describe('the effect of the swarm on load times', () => {
  const row = (times: Partial<LoadTimes>): LoadTimes => ({
    visit: 'repeat',
    swarm: 'on',
    count: 50,
    meanMs: 500,
    p50Ms: 400,
    p75Ms: 600,
    p95Ms: 900,
    ...times,
  });

  it('is the difference of the medians of the same kind of visit', () => {
    const rows = [row({}), row({ swarm: 'off', p50Ms: 460 }), row({ visit: 'first', p50Ms: 9 })];
    expect(swarmSlowdownMs(rows, 'repeat')).toBe(-60);
    expect(swarmSlowdownMs(rows, 'first')).toBeNull();
  });

  it('is not known from a handful of page loads', () => {
    expect(swarmSlowdownMs([row({}), row({ swarm: 'off', count: 3 })], 'repeat')).toBeNull();
  });
});

describe('the first range', () => {
  const day = (busyFrom: number) =>
    aSummary({
      range: '24h',
      to: 24 * hourMs,
      stepMs: hourMs / 4,
      series: Array.from({ length: 96 }, (_, index) => {
        const t = (index * hourMs) / 4;
        return aPoint({ t, visitors: t >= busyFrom ? 1 : 0 });
      }),
    });

  it('is the last hour for a site that has only just been heard of', () => {
    expect(firstRange(day(23 * hourMs))).toBe('1h');
  });

  it('is the last day for any other, also for one without reports', () => {
    expect(firstRange(day(20 * hourMs))).toBe('24h');
    expect(firstRange(day(25 * hourMs))).toBe('24h');
  });
});

it('a summary has reports as soon as a page was heard of, even of a failure alone', () => {
  expect(hasReports(aSummary())).toBe(false);
  expect(hasReports(aSummary({ visitors: { now: 0, total: 1, first: 1, repeat: 0 } }))).toBe(true);
  expect(hasReports(aSummary({ failures: [{ code: 'worker', count: 1, lastSeen: 0 }] }))).toBe(true);
});

it.each([
  [minuteMs, 'minute'],
  [15 * minuteMs, '15 minutes'],
  [hourMs, 'hour'],
  [6 * hourMs, '6 hours'],
  [24 * hourMs, 'day'],
])('a step of %d ms is told in the largest unit that fits', (stepMs, words) => {
  expect(stepWords(stepMs)).toBe(words);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announceIntervalMs, backoffMs, hubBackoff } from '../../policy/backoff.ts';
import { Chance } from '../../bench/simulation/chance.ts';

describe('back-off', () => {
  it('never leaves its bounds, whatever the count of failures and the dice say', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, chance) => {
          const ms = backoffMs(failures, hubBackoff, chance);
          expect(ms).toBeGreaterThanOrEqual(hubBackoff.minMs);
          expect(ms).toBeLessThanOrEqual(hubBackoff.maxMs);
        },
      ),
    );
  });

  it('doubles its ceiling with each failure and spreads over all of it', () => {
    expect(backoffMs(1, hubBackoff, 1)).toBe(4_000);
    expect(backoffMs(2, hubBackoff, 1)).toBe(8_000);
    expect(backoffMs(2, hubBackoff, 0)).toBe(2_000);
    expect(backoffMs(2, hubBackoff, 0.5)).toBe(5_000);
    expect(backoffMs(20, hubBackoff, 1)).toBe(300_000);
  });
});

describe('a hub that fails a hundred times in a row', () => {
  it('[I5] is called for hours, less and less, and by no two pages at the same moments', () => {
    const pages = [1, 2].map((seed) => {
      const chance = new Chance(seed);
      let atMs = 0;
      return Array.from({ length: 100 }, (_, i) => (atMs += backoffMs(i + 1, hubBackoff, chance.next())));
    });
    const [one = [], other = []] = pages;
    expect(one.filter((atMs) => atMs < 60_000).length).toBeLessThan(10);
    expect(one.at(-1)).toBeGreaterThan(2 * 3_600_000);
    expect(one.filter((atMs) => other.includes(atMs))).toEqual([]);
  });
});

describe('the announce interval', () => {
  it('[I1] is what the tracker asks for, from 15 seconds to one hour', () => {
    expect(announceIntervalMs(60)).toBe(60_000);
    for (const hostile of [0, -1, 0.001]) expect(announceIntervalMs(hostile)).toBe(15_000);
    expect(announceIntervalMs(1e12)).toBe(3_600_000);
  });

  it('is two minutes where the tracker asks for no number', () => {
    for (const hostile of [NaN, Infinity, 'x', null, undefined, {}])
      expect(announceIntervalMs(hostile)).toBe(120_000);
  });
});

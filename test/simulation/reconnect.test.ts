/** A hub that is restarted while a crowd is connected: everybody comes back soon, and nobody all at once. */
import { describe, expect, it } from 'vitest';
import { retryMs, returnMs } from '../../policy/backoff.ts';
import { Chance } from '../../bench/simulation/chance.ts';

/** Seconds after its return at which each member was back; the hub was away for `awayMs`. */
function returns(members: number, awayMs: number, seed: number): number[] {
  const chance = new Chance(seed);
  return Array.from({ length: members }, () => {
    let atMs = returnMs(members, chance.next());
    for (let failures = 1; atMs < awayMs; failures++) atMs += retryMs(failures, members, chance.next());
    return (atMs - awayMs) / 1000;
  });
}

function peakPerSecond(times: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const time of times) counts.set(Math.floor(time), (counts.get(Math.floor(time)) ?? 0) + 1);
  return Math.max(...counts.values());
}

describe('a crowd whose hub was restarted', () => {
  it.each([1_000, 10_000, 50_000])('[I26] comes back with jitter: %i members', (members) => {
    for (const awayMs of [0, 1_000, 3_000, 10_000, 30_000, 60_000]) {
      const times = returns(members, awayMs, members + awayMs);
      const within = times.filter((time) => time <= 60).length / members;
      expect(within).toBeGreaterThan(0.9);
      expect(peakPerSecond(times) / members).toBeLessThanOrEqual(0.05);
    }
  });

  it('is back within two seconds where it is small', () => {
    for (let seed = 0; seed < 50; seed++) expect(Math.max(...returns(10, 0, seed))).toBeLessThanOrEqual(2);
  });

  it('believes no absurd count', () => {
    for (const size of [1e308, Infinity, -5]) {
      const ms = returnMs(size, 1);
      expect(ms).toBeGreaterThanOrEqual(200);
      expect(ms).toBeLessThanOrEqual(40_000);
    }
  });
});

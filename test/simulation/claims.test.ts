import { describe, expect, it } from 'vitest';
import { Chance } from '../../bench/simulation/chance.ts';
import { offload, usualCrowd, type Crowd, type Outcome } from '../../bench/simulation/crowd.ts';
import { playCrowd } from '../../bench/simulation/world.ts';

/** Whoever comes, `spacingMs` apart. */
function play(members: number, spacingMs: number, rest: Partial<Crowd> = {}, seed = 1): Outcome {
  const arrivalsMs = Array.from({ length: members }, (_, at) => at * spacingMs);
  return playCrowd({ ...usualCrowd, arrivalsMs, ...rest }, new Chance(seed));
}

function limitOf(members: number): number {
  return (members - 1) / members;
}

function slowestMs({ timesMs }: Outcome): number {
  return timesMs.at(-1) ?? Infinity;
}

const seeds = [1, 2, 3, 4, 5];
const payloadBytes = usualCrowd.pieces * usualCrowd.pieceBytes;
/** What a crowd needs at least whose uplinks have to carry a copy for almost everybody. */
const uplinkMs = payloadBytes / usualCrowd.upPerMs;

describe('a crowd that agrees on who asks the origin', () => {
  it('of one asks for everything at once', () => {
    const alone = play(1, 0);
    const plainMs = payloadBytes / usualCrowd.originPerMs;
    expect(alone.copies).toEqual(Array.from({ length: usualCrowd.pieces }, () => 1));
    expect(alone.originBytes).toBe(payloadBytes);
    expect(slowestMs(alone)).toBeLessThan(plainMs + 2 * usualCrowd.latencyMs + 50);
  });

  it.each([
    [2, 0],
    [2, 250],
    [5, 0],
    [5, 250],
    [20, 0],
    [20, 250],
  ])('of %i, %i ms apart, has each piece leave the origin about once', (members, spacingMs) => {
    for (const seed of seeds) {
      const outcome = play(members, spacingMs, {}, seed);
      expect(outcome.timesMs).toHaveLength(members);
      expect(offload(outcome)).toBeGreaterThan(limitOf(members) - 0.01);
      expect(Math.max(...outcome.copies)).toBeLessThanOrEqual(3);
      expect(slowestMs(outcome)).toBeLessThan(2.5 * uplinkMs);
    }
  });

  it.each([
    [100, 0],
    [100, 100],
  ])('of %i, %i ms apart, too', (members, spacingMs) => {
    const outcome = play(members, spacingMs);
    expect(offload(outcome)).toBeGreaterThan(limitOf(members) - 0.01);
    expect(slowestMs(outcome)).toBeLessThan(3 * uplinkMs);
  });

  it('does not storm an origin that is slow to everybody', () => {
    const outcome = play(20, 0, { pieces: 64, originPerMs: 1_000 });
    expect(offload(outcome)).toBeGreaterThan(limitOf(20) - 0.02);
    expect(slowestMs(outcome)).toBeLessThan(45_000);
  });

  it('loses little to control messages that never arrive', () => {
    for (const seed of seeds) {
      const outcome = play(20, 50, { loss: 0.1 }, seed);
      expect(offload(outcome)).toBeGreaterThan(limitOf(20) - 0.02);
      expect(slowestMs(outcome)).toBeLessThan(3 * uplinkMs);
    }
  });
});

describe('a crowd in which a fifth leaves at any time', () => {
  it.each(['hub', 'stock'] as const)('has everything all the same (%s tracker)', (tracker) => {
    for (const seed of seeds) {
      const outcome = play(30, 50, { leavers: 0.2, tracker }, seed);
      expect(outcome.timesMs).toHaveLength(24);
      expect(offload(outcome)).toBeGreaterThan(limitOf(24) - 0.05);
      expect(slowestMs(outcome)).toBeLessThan(4 * uplinkMs);
    }
  });
});

describe('a crowd in which a tenth lies and a fifth leaves', () => {
  it.each([
    ['claims', 0.05, 30_000],
    ['done', 0.08, 45_000],
    ['crowd', 0.4, 40_000],
  ] as const)('has everything all the same (%s)', (lie, lossLimit, timeLimitMs) => {
    for (const seed of seeds.slice(0, 2)) {
      const outcome = play(30, 50, { leavers: 0.2, liars: 0.1, lie }, seed);
      expect(outcome.timesMs).toHaveLength(21);
      expect(offload(outcome)).toBeGreaterThan(limitOf(21) - lossLimit);
      expect(slowestMs(outcome)).toBeLessThan(timeLimitMs);
    }
  });
});

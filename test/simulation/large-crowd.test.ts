import { describe, expect, it } from 'vitest';
import { Chance } from '../../bench/simulation/chance.ts';
import { offload, usualCrowd, type Crowd } from '../../bench/simulation/crowd.ts';
import { playLargeCrowd, type LargeOutcome } from '../../bench/simulation/large-crowd.ts';
import { playCrowd } from '../../bench/simulation/world.ts';

function crowdOf(members: number, withinMs: number, chance: Chance): Crowd {
  const arrivalsMs = Array.from({ length: members }, () => chance.next() * withinMs).sort((a, b) => a - b);
  return { ...usualCrowd, arrivalsMs };
}

function playLarge(members: number, withinMs: number): LargeOutcome {
  const chance = new Chance(1);
  return playLargeCrowd(crowdOf(members, withinMs, chance), () => Infinity, chance);
}

describe('a crowd that is played in steps', () => {
  it('comes out much like one that is played message by message', () => {
    const chance = new Chance(1);
    const exact = offload(playCrowd(crowdOf(40, 10_000, chance), chance));
    const large = playLarge(40, 10_000);
    expect(Math.abs(exact - (1 - large.originBytes / large.receivedBytes))).toBeLessThan(0.01);
  });

  it('of thousands, more than a page remembers, has everything, and each piece leaves the origin a few times', () => {
    for (const members of [1_000, 5_000]) {
      const { timesMs, originBytes, receivedBytes } = playLarge(members, 10_000);
      expect(timesMs.at(-1)).toBeLessThan(20_000);
      expect(1 - originBytes / receivedBytes).toBeGreaterThan(0.995);
    }
  });
});

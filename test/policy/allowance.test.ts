import { describe, expect, it } from 'vitest';
import { fullAllowance, take, type Allowance } from '../../policy/allowance.ts';

const rate = { burst: 5, perSecond: 2 };

/** How many of these moments got something. */
function taken(moments: readonly number[]): number {
  let allowance: Allowance = fullAllowance(rate, 0);
  let count = 0;
  for (const nowMs of moments) {
    const next = take(allowance, rate, nowMs);
    if (next === undefined) continue;
    allowance = next;
    count++;
  }
  return count;
}

describe('an allowance', () => {
  it('gives a burst, then so many a second, however often it is asked', () => {
    expect(taken(Array.from({ length: 100 }, () => 0))).toBe(5);
    expect(taken(Array.from({ length: 10_100 }, (_, ms) => ms))).toBe(5 + 20);
  });

  it('saves up no more than a burst, and does not mind a clock that goes back', () => {
    const late = Array.from({ length: 50 }, () => 3_600_000);
    expect(taken(late)).toBe(5);
    expect(taken([...late, ...late.map(() => 0)])).toBe(5);
  });
});

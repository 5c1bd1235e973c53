/** A number as a set of up to 32 pieces. */

import type { Chance } from './chance.ts';

/** One of the bits that are set, from a place that chance names on. */
export function anyBit(bits: number, chance: Chance): number {
  const turn = chance.between(0, 31);
  if (turn === 0) return bits & -bits;
  const turned = (bits >>> turn) | (bits << (32 - turn));
  const low = turned & -turned;
  return (low << turn) | (low >>> (32 - turn));
}

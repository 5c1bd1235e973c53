/** A token bucket: so many at once, then so many a second. Against floods, where both ends are strangers. */

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export interface Allowance {
  readonly left: number;
  readonly atMs: number;
}

export function fullAllowance({ burst }: Rate, nowMs: number): Allowance {
  return { left: burst, atMs: nowMs };
}

/** Takes one; `undefined`: there is none at the moment. */
export function take(
  { left, atMs }: Allowance,
  { burst, perSecond }: Rate,
  nowMs: number,
): Allowance | undefined {
  const refilled = Math.min(burst, left + (Math.max(nowMs - atMs, 0) / 1000) * perSecond);
  return refilled < 1 ? undefined : { left: refilled - 1, atMs: nowMs };
}

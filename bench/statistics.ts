/** The few statistics that the tables show. */

/** Middle value; the mean of the two middle ones for an even count. @throws Error for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between the two nearest ranks (type 7 of Hyndman and Fan, 1996). @throws Error for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) throw new Error('there is no quantile of no values');
  return low + (high - low) * (at - Math.floor(at));
}

/** `12.3 (11.0 - 14.2)`: the median, and the smallest and largest value. */
export function medianAndSpread(values: readonly number[], digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const middle = median(values).toFixed(digits);
  return values.length < 2 ? middle : `${middle} (${least.toFixed(digits)} - ${most.toFixed(digits)})`;
}

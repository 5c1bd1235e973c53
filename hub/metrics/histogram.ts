/** Durations in buckets that grow by a constant factor: quantiles within 8 %, and buckets add up. */

const firstMs = 10;
const growth = 1.15;
/** The last bucket ends beyond ten minutes. */
const lastBucket = 80;

/** The bucket of a duration: 0 up to {@link lastBucket}. */
export function bucketOf(durationMs: number): number {
  if (durationMs <= firstMs) return 0;
  return Math.min(lastBucket, Math.ceil(Math.log(durationMs / firstMs) / Math.log(growth)));
}

/** The middle of a bucket (geometric), in milliseconds. */
function middleMs(bucket: number): number {
  return firstMs * growth ** (bucket - 0.5);
}

/**
 * The duration that a share `q` of all samples does not exceed, in milliseconds, by nearest rank.
 * `counts`: samples by bucket, in any order; there must be at least one sample.
 */
export function quantileMs(
  counts: readonly { readonly bucket: number; readonly count: number }[],
  q: number,
): number {
  const ordered = counts.toSorted((a, b) => a.bucket - b.bucket);
  let rank = Math.ceil(q * ordered.reduce((sum, { count }) => sum + count, 0));
  for (const { bucket, count } of ordered) {
    rank -= count;
    if (rank <= 0) return Math.round(middleMs(bucket));
  }
  return 0;
}

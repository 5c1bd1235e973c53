/**
 * From delays to waiting: what a delay has over the smallest one that the path has shown was spent in queues (base
 * delay and filters of LEDBAT, RFC 6817). Delays may be off by a constant, as clocks of two machines are.
 */

export interface LeastDelay {
  /** The smallest delay, and the smallest since `sinceMs`, which takes its place in time. */
  readonly leastMs: number;
  readonly nextMs: number;
  readonly sinceMs: number;
  readonly recentMs: readonly number[];
  /** Waiting in queues now. */
  readonly queueMs: number;
}

/** A smallest delay counts for between one and two of these: paths change, and clocks drift apart. */
const memoryMs = 5 * 60_000;
/** Of the last delays the smallest counts: a page that is busy makes single ones late. */
const recentCount = 4;

/** `knownQueueMs`: how much of a first delay is waiting, as far as others on the same line can tell. */
export function stepLeastDelay(
  known: LeastDelay | undefined,
  delayMs: number,
  nowMs: number,
  knownQueueMs = 0,
): LeastDelay {
  const before = known ?? {
    leastMs: delayMs - knownQueueMs,
    nextMs: delayMs,
    sinceMs: nowMs,
    recentMs: [],
  };
  const isOld = nowMs - before.sinceMs > memoryMs;
  const leastMs = Math.min(isOld ? before.nextMs : before.leastMs, delayMs);
  const recentMs = [...before.recentMs, delayMs].slice(-recentCount);
  return {
    leastMs,
    nextMs: isOld ? delayMs : Math.min(before.nextMs, delayMs),
    sinceMs: isOld ? nowMs : before.sinceMs,
    recentMs,
    queueMs: Math.min(...recentMs) - leastMs,
  };
}

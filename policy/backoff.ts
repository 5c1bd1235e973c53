/** How long to wait before trying again, and how often to say that one is here. */

export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** For the socket to the hub: it must survive a restart under load without a thundering herd. */
export const hubBackoff: Backoff = { minMs: 2_000, maxMs: 300_000 };

/** For one peer that could not be reached. */
export const peerBackoff: Backoff = { minMs: 5_000, maxMs: 300_000 };

/**
 * Exponential back-off with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), never below `minMs`.
 * `failures`: how often in a row it failed so far, 1 or more. `chance`: 0 to 1.
 */
export function backoffMs(failures: number, { minMs, maxMs }: Backoff, chance: number): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(Math.max(failures, 1), 30));
  return Math.round(minMs + (ceilingMs - minMs) * Math.min(Math.max(chance, 0), 1));
}

const announceLimits = { minMs: 15_000, maxMs: 3_600_000, defaultMs: 120_000 } as const;

/**
 * The time to the next announce, from what the tracker asks for in seconds. A hostile tracker may
 * ask for 0 or for 1e12: 15 seconds to one hour is what it gets.
 */
export function announceIntervalMs(seconds: unknown): number {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return announceLimits.defaultMs;
  return Math.min(Math.max(seconds * 1000, announceLimits.minMs), announceLimits.maxMs);
}

/** How long to wait before trying again, and how often to say that one is here. */

export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** For the socket to the hub. */
export const hubBackoff: Backoff = { minMs: 2_000, maxMs: 300_000 };

/** How many members come back to a hub each second, about, after it was restarted. */
const returningPerSecond = 25;
const returnLimits = { minMs: 2_000, maxMs: 40_000 } as const;

/**
 * The wait before the first attempt after a socket that had worked: soon where few are here, spread out
 * where a whole crowd lost its hub at once. `swarmSize`: how many the hub had counted, as far as it is a
 * number.
 */
export function returnMs(swarmSize: number, chance: number): number {
  return Math.round(200 + (spreadMs(swarmSize) - 200) * Math.min(Math.max(chance, 0), 1));
}

/**
 * The wait after an attempt at the hub that failed. It grows as {@link backoffMs} does, and a crowd stays
 * spread out: else all that had tried while the hub was away would be back within the same few seconds.
 */
export function retryMs(failures: number, swarmSize: number, chance: number): number {
  const crowdMs = Math.round(spreadMs(swarmSize) * (0.5 + Math.min(Math.max(chance, 0), 1)));
  return Math.max(backoffMs(failures, hubBackoff, chance), crowdMs);
}

function spreadMs(swarmSize: number): number {
  const wantedMs = (Math.max(swarmSize, 0) / returningPerSecond) * 1000;
  return Math.min(Math.max(wantedMs, returnLimits.minMs), returnLimits.maxMs);
}

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

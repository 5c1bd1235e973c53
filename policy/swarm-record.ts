/**
 * What the swarm has shown on this visitor's network: how soon it begins to deliver, and how often it
 * did not deliver at all. A hedge follows the former, a circuit breaker the latter.
 */

export interface SwarmRecord {
  /** How long requests waited for their first chunk from the swarm, the newest last. */
  readonly firstsMs: readonly number[];
  /** Requests in a row that got nothing before HTTP had to be asked. */
  readonly failures: number;
  /** Until then only who can wait asks the swarm. */
  readonly restsUntilMs: number;
}

export const freshRecord: SwarmRecord = { firstsMs: [], failures: 0, restsUntilMs: -Infinity };

/** As many first chunks are remembered. */
const memory = 20;
/** Fewer say nothing about a network. */
const enough = 5;
/** After so many failures in a row the swarm rests, each time twice as long. */
const failuresLimit = 3;
const restMs = { first: 15_000, longest: 240_000 } as const;

/** The swarm delivered its first chunk of a request after so long. */
export function served(record: SwarmRecord, ms: number): SwarmRecord {
  return { ...record, firstsMs: [...record.firstsMs, ms].slice(-memory), failures: 0 };
}

/** HTTP had to be asked before the swarm had delivered anything. */
export function failedToServe(record: SwarmRecord, nowMs: number): SwarmRecord {
  const failures = record.failures + 1;
  if (failures < failuresLimit) return { ...record, failures };
  const ms = Math.min(restMs.longest, restMs.first * 2 ** (failures - failuresLimit));
  return { ...record, failures, restsUntilMs: nowMs + ms };
}

export function isResting(record: SwarmRecord, nowMs: number): boolean {
  return nowMs < record.restsUntilMs;
}

/**
 * How long a first chunk is worth waiting for: twice as long as nine of ten took lately (a hedge,
 * https://research.google/pubs/the-tail-at-scale/). `undefined`: too little is known.
 */
export function hedgeMs({ firstsMs }: SwarmRecord): number | undefined {
  if (firstsMs.length < enough) return undefined;
  const sorted = firstsMs.toSorted((a, b) => a - b);
  return 2 * (sorted[Math.floor((sorted.length - 1) * 0.9)] ?? 0);
}

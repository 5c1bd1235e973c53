/** How long the swarm may try before HTTP is asked: from what the page needs the asset for, and its size. */

import type { Outlook } from './race.ts';

/** Deadlines of one race, in milliseconds since its start (or since the last chunk, for `stallMs`). */
export interface Patience {
  /** Until the first chunk; 0: the swarm is not asked first. */
  readonly firstMs: number;
  /** Between one chunk and the next. */
  readonly stallMs: number;
  /** Since a chunk for another request, while one's own turn has not come; 0: not in any queue. */
  readonly turnMs: number;
  /** Until everything is there. */
  readonly totalMs: number;
}

/** What is known of a request. */
export interface Need {
  /** `Request.destination` (Fetch, section 2.2.5); `''` for `fetch()`. */
  readonly destination: string;
  readonly bytes: number;
  readonly outlook: Outlook;
  /** Bytes that the swarm still owes to other requests. */
  readonly queuedBytes: number;
  /** The page has said that what it asks for can wait for the swarm (`shoal.ready`, `data-shoal-src`). */
  readonly waits: boolean;
  /** What the swarm has shown lately (swarm-record.ts): how long a first chunk is worth waiting for. */
  readonly hedgeMs?: number | undefined;
  /** And that it is left alone for a while. */
  readonly rests?: boolean;
}

const none: Patience = { firstMs: 0, stallMs: 0, turnMs: 0, totalMs: 0 };

/** What the page cannot render without; a cold swarm is never asked for it. */
export const critical: ReadonlySet<string> = new Set([
  'font',
  'json',
  'manifest',
  'script',
  'sharedworker',
  'style',
  'worker',
]);

/** A peer gets at least so long: a round trip, and a look at its disk. */
const leastFirstMs = 150;

/** Below this a peer that may not even have it is not worth a wait. */
const smallBytes = 64 * 1024;

/** Slowest mean rate at which the swarm may go on alone. */
const minBytesPerSecond = 512 * 1024;
/**
 * And where the page waits by its own word: the host page then asks the origin itself where peers are
 * too slow, and a crowd at a busy origin is better off together than each on its own.
 */
const minWaitingBytesPerSecond = 64 * 1024;

/**
 * A connected peer that holds the whole pack answers within a round trip or two, so everything may
 * wait for it a little; one that holds parts is only worth a wait for what is large and not critical,
 * unless the page waits by its own word. What can wait also waits for its turn behind what was asked
 * for before.
 */
export function patienceFor(need: Need): Patience {
  const isCritical = !need.waits && critical.has(need.destination);
  if (need.outlook === 'none' || (need.rests === true && !need.waits)) return none;
  if (need.outlook === 'part' && !need.waits && (isCritical || need.bytes < smallBytes)) return none;
  if (isCritical)
    return {
      firstMs: hedged(300, need),
      stallMs: 600,
      turnMs: 0,
      totalMs: 1_000 + slowestMs(need.bytes, minBytesPerSecond),
    };
  const firstMs = need.waits ? 5_000 : hedged(1_000, need);
  const stallMs = need.waits ? 4_000 : 1_500;
  const slowest = need.waits ? minWaitingBytesPerSecond : minBytesPerSecond;
  const totalMs = firstMs + slowestMs(need.queuedBytes + need.bytes, slowest);
  return { firstMs, stallMs, turnMs: stallMs, totalMs };
}

/** Shorter where the swarm is quick as a rule: whoever is late then will be late for long. */
function hedged(limitMs: number, { hedgeMs = limitMs }: Need): number {
  return Math.min(limitMs, Math.max(leastFirstMs, hedgeMs));
}

function slowestMs(bytes: number, bytesPerSecond: number): number {
  return Math.ceil((bytes / bytesPerSecond) * 1_000);
}

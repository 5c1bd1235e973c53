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
}

const none: Patience = { firstMs: 0, stallMs: 0, turnMs: 0, totalMs: 0 };

/** What the page cannot render without; a cold swarm is never asked for it. */
const critical: ReadonlySet<string> = new Set([
  'font',
  'json',
  'manifest',
  'script',
  'sharedworker',
  'style',
  'worker',
]);

/** Below this a peer that may not even have it is not worth a wait. */
const smallBytes = 64 * 1024;

/** Slowest mean rate at which the swarm may go on alone. */
const minBytesPerSecond = 512 * 1024;

/**
 * A connected peer that holds the whole pack answers within a round trip or two, so everything may
 * wait for it a little; one that holds parts is only worth a wait for what is large and not critical,
 * unless the page waits by its own word. What can wait also waits for its turn behind what was asked
 * for before.
 */
export function patienceFor(need: Need): Patience {
  const isCritical = !need.waits && critical.has(need.destination);
  if (need.outlook === 'none') return none;
  if (need.outlook === 'part' && !need.waits && (isCritical || need.bytes < smallBytes)) return none;
  if (isCritical) return { firstMs: 300, stallMs: 600, turnMs: 0, totalMs: 1_000 + slowestMs(need.bytes) };
  const firstMs = need.waits ? 2_500 : 1_000;
  const stallMs = need.waits ? 2_500 : 1_500;
  return { firstMs, stallMs, turnMs: stallMs, totalMs: firstMs + slowestMs(need.queuedBytes + need.bytes) };
}

function slowestMs(bytes: number): number {
  return Math.ceil((bytes / minBytesPerSecond) * 1_000);
}

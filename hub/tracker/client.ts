import { TokenBucket, TokenBuckets } from '../token-bucket.ts';
import type { Member } from './member.ts';

/** Swarms that one connection may be in: stock clients share a socket between their torrents. */
export const swarmsPerConnection = 64;
/** Announces in one swarm: a page that starts, completes and updates needs three; then one a second. */
const announcesAtOnce = 3;

/** What the core remembers of a connection that has announced something. */
export interface Client {
  /** Its member in each swarm. */
  readonly members: Map<string, Member>;
  /** Members of other connections whose place it would take, by swarm. */
  readonly claimed: Map<string, Member>;
  /** Announces, and joins, are rationed apart from other messages: they cost other members traffic. */
  readonly announces: TokenBucket;
  /** The same for each swarm, also for one that it left and joins again. */
  readonly announcesIn: TokenBuckets;
}

export function clientAt(nowMs: number): Client {
  return {
    members: new Map(),
    claimed: new Map(),
    announces: new TokenBucket(2 * swarmsPerConnection, 1, nowMs),
    announcesIn: new TokenBuckets(announcesAtOnce, 1, 2 * swarmsPerConnection),
  };
}

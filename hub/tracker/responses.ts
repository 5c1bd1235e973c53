/** What the tracker answers. */

import { trackerLimits, type AnnounceResponse } from '../../protocol/tracker.ts';
import type { Member } from './member.ts';
import type { ScrapeResponse } from './messages.ts';
import type { Swarm } from './swarm.ts';

/** Seconds between two announces of a client. */
const announceIntervalSeconds = 120;

/** How many are here; for a member that can signal, also who. */
export function announceResponse(swarm: Swarm, member: Member, random: () => number): AnnounceResponse {
  const named = member.shoal
    ? swarm.shoal.sample(trackerLimits.members, random, member).map(({ peerId }) => peerId)
    : undefined;
  return {
    action: 'announce',
    info_hash: swarm.infoHash,
    interval: announceIntervalSeconds,
    complete: swarm.complete,
    incomplete: swarm.members.size - swarm.complete,
    ...(named !== undefined && { members: named }),
  };
}

/** Counts of the swarms that were asked for; one that nobody is in counts as zero. */
export function scrapeResponse(
  infoHashes: readonly string[],
  swarms: ReadonlyMap<string, Swarm>,
): ScrapeResponse {
  const files: Record<string, ScrapeResponse['files'][string]> = {};
  for (const infoHash of infoHashes) {
    const swarm = swarms.get(infoHash);
    files[infoHash] = {
      complete: swarm?.complete ?? 0,
      incomplete: swarm === undefined ? 0 : swarm.members.size - swarm.complete,
      downloaded: swarm?.downloaded ?? 0,
    };
  }
  return { action: 'scrape', files };
}

/** When two peers need a data channel for a pack, and which of them opens it. */

import type { PackState } from '../protocol/peer-messages.ts';

/** A side that neither has nor wants anything of a pack does not name it. */
export function isListed(pack: PackState): boolean {
  return pack.state !== 'none' || pack.wants;
}

/** One wants, and the other has something or is about to. */
export function needsChannel(mine: PackState | undefined, theirs: PackState | undefined): boolean {
  if (mine === undefined || theirs === undefined || !isListed(mine) || !isListed(theirs)) return false;
  return (
    (mine.wants && theirs.state !== 'none') ||
    (theirs.wants && mine.state !== 'none') ||
    (mine.wants && theirs.wants)
  );
}

/** Of two peers the one with the smaller id opens, so that there is one channel only. */
export function isOpener(self: string, peer: string): boolean {
  return self < peer;
}

/** What has changed between two lists of packs, for a `packs` message; a pack no longer named is `none`. */
export function changedPacks(
  before: ReadonlyMap<string, PackState>,
  after: ReadonlyMap<string, PackState>,
): readonly PackState[] {
  const changes: PackState[] = [];
  for (const [infohash, pack] of after) {
    const old = before.get(infohash);
    if (old === undefined || old.state !== pack.state || old.wants !== pack.wants) changes.push(pack);
  }
  for (const infohash of before.keys()) {
    if (!after.has(infohash)) changes.push({ infohash, state: 'none', wants: false });
  }
  return changes;
}

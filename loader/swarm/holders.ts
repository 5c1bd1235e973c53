/** Which peers have something of a pack, by their own word. */

import type { Link } from './link.ts';

export function holdersOf(links: readonly Link[], infohash: string): readonly Link[] {
  return links.filter(({ packs }) => (packs.get(infohash)?.state ?? 'none') !== 'none');
}

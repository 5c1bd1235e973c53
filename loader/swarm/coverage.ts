/** What the verified cache covers of a pack. */

import { pieceRange, segmentsOf, type Pieces } from '../../policy/pack-layout.ts';
import type { PackState } from '../../protocol/peer-messages.ts';
import type { PackedAsset } from '../../protocol/worker-messages.ts';
import type { KeptRanges } from './kept-ranges.ts';

/** Whether all of a piece is in the cache. `assets` ascend by offset. */
export function isPieceKept(
  piece: number,
  pieces: Pieces,
  assets: readonly PackedAsset[],
  kept: KeptRanges,
): boolean {
  const segments = segmentsOf(pieceRange(piece, pieces), assets);
  return segments.every(({ asset, from, to }) => kept.covers(asset.digest, { from, to }));
}

/** How much of a pack the cache holds, as long as nobody needed its torrent. */
export function keptState(assets: readonly PackedAsset[], kept: KeptRanges): PackState['state'] {
  if (!assets.some(({ digest }) => kept.hasAny(digest))) return 'none';
  return assets.every(({ digest, size }) => kept.covers(digest, { from: 0, to: size })) ? 'whole' : 'part';
}

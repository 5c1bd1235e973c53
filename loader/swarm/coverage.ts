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

/**
 * How much of a pack the cache holds, as long as nobody needed its torrent. Remembers how far it has
 * looked, since an asset after the other is kept while a page loads.
 */
export class KeptState {
  readonly #assets: readonly PackedAsset[];
  readonly #kept: KeptRanges;
  #wholeUpTo = 0;

  constructor(assets: readonly PackedAsset[], kept: KeptRanges) {
    this.#assets = assets;
    this.#kept = kept;
  }

  get state(): PackState['state'] {
    while (this.#isWhole(this.#assets[this.#wholeUpTo])) this.#wholeUpTo++;
    if (this.#wholeUpTo === this.#assets.length) return this.#wholeUpTo === 0 ? 'none' : 'whole';
    if (this.#wholeUpTo > 0) return 'part';
    return this.#assets.some(({ digest }) => this.#kept.hasAny(digest)) ? 'part' : 'none';
  }

  /** Something is no longer in the cache. */
  lookAgain(): void {
    this.#wholeUpTo = 0;
  }

  #isWhole(asset: PackedAsset | undefined): boolean {
    return asset !== undefined && this.#kept.covers(asset.digest, { from: 0, to: asset.size });
  }
}

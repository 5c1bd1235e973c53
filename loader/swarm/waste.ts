/** Wrong bytes so far, by asset: an asset that has cost too many of them is left to HTTP for the session. */

import { wasteLimitBytes } from '../../policy/attribution.ts';
import type { PackedAsset } from '../../protocol/worker-messages.ts';

export class Waste {
  readonly #bytes = new Map<string, number>();

  add({ digest }: PackedAsset, bytes: number): void {
    this.#bytes.set(digest, (this.#bytes.get(digest) ?? 0) + bytes);
  }

  /** `pieceBytes`: `undefined` while the torrent is not open; then only much waste counts. */
  isSpent({ digest, size }: PackedAsset, pieceBytes: number | undefined): boolean {
    return (this.#bytes.get(digest) ?? 0) > wasteLimitBytes(size, pieceBytes ?? size);
  }
}

/** Counts and reports the wrong bytes of one pack, and gives up assets that have cost too many. */

import type { HostToWorker, PackedAsset } from '../../protocol/worker-messages.ts';
import type { Waste } from './waste.ts';

export interface RejectionsOwner {
  readonly infohash: string;
  readonly waste: Waste;
  /** `undefined` while the torrent is not open. */
  pieceBytes(): number | undefined;
  post(message: HostToWorker): void;
  /** Nothing more of this asset is to be brought. */
  giveUp(asset: PackedAsset): void;
}

export class Rejections {
  readonly #owner: RejectionsOwner;

  constructor(owner: RejectionsOwner) {
    this.#owner = owner;
  }

  /** `assets`: whose bytes they should have been, the one that is reported first; they may be unknown. */
  add(assets: readonly PackedAsset[], bytes: number, detail: string): void {
    const [first] = assets;
    this.#owner.post({
      t: 'failure',
      code: 'swarm-bad-bytes',
      detail: `pack ${this.#owner.infohash}: ${detail}`,
      rejectedBytes: bytes,
      ...(first === undefined ? {} : { digest: first.digest }),
    });
    for (const asset of assets) {
      this.#owner.waste.add(asset, bytes);
      if (this.isSpent(asset)) this.#owner.giveUp(asset);
    }
  }

  /** The asset has cost more than its waste budget. */
  isSpent(asset: PackedAsset): boolean {
    return this.#owner.waste.isSpent(asset, this.#owner.pieceBytes());
  }
}

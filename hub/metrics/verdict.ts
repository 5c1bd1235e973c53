/** What may become of a beacon. */

import type { AssetTally } from '../../protocol/beacon.ts';

/** Why a beacon was not stored; a closed set, it becomes a label. */
export type RejectReason =
  'size' | 'rate' | 'shape' | 'site' | 'origin' | 'release' | 'asset' | 'implausible' | 'overload';

export type Verdict =
  | { readonly kind: 'stored' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly message: string };

/** An asset's part in a beacon, with the name and size that the release gives it. */
export interface NamedTally {
  readonly path: string;
  readonly tally: AssetTally;
}

/** What may become of a beacon. */

import type { AssetTally, Beacon } from '../../protocol/beacon.ts';
import type { KnownRelease } from '../releases.ts';

/** Why a beacon was not stored; a closed set, it becomes a label. */
export type RejectReason =
  'size' | 'rate' | 'shape' | 'site' | 'origin' | 'release' | 'asset' | 'implausible' | 'overload';

export type Verdict =
  | { readonly kind: 'stored' }
  | { readonly kind: 'duplicate' }
  /** Well-formed and not believed: counted as such, in no other figure. */
  | { readonly kind: 'outlier' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly message: string };

/** An asset's part in a beacon, with the name and size that the release gives it. */
export interface NamedTally {
  readonly path: string;
  readonly tally: AssetTally;
}

/** A beacon that is believed. */
export interface Report {
  readonly beacon: Beacon;
  readonly release: KnownRelease | undefined;
  readonly tallies: readonly NamedTally[];
  /** It is the first of a page load. */
  readonly isVisit: boolean;
  /** Which of its timings are the first of that kind of this page load. */
  readonly isFirst: { readonly load: boolean; readonly classes: boolean };
}

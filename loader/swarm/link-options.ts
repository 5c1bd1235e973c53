/** What a link is given, and what it tells. */

import type { IcePolicy } from '../../policy/ice.ts';
import type { PeerMessage, PeerWord } from '../../protocol/peer-messages.ts';
import type { SignalBody } from '../../protocol/tracker.ts';
import type { Link } from './link.ts';

export type LinkEnd = 'failed' | 'refused' | 'lost' | 'bye' | 'banned';

export interface LinkOptions {
  /** `undefined`: an invitation, whose peer is not known before {@link Link.bind}. */
  readonly peer: string | undefined;
  /** The attempt's id, 40 hex digits; the same in all its signals. */
  readonly attempt: string;
  readonly rtc: RTCConfiguration;
  readonly ice: IcePolicy;
  /** What is said first, the hello at its head. */
  readonly greeting: () => readonly PeerMessage[];
  readonly send: (body: SignalBody) => void;
  /** All our candidates are out. */
  readonly gathered: () => void;
}

export interface LinkEvents {
  opened(link: Link): void;
  /** The peer's packs have changed. */
  packs(link: Link): void;
  said(link: Link, word: PeerWord): void;
  /** The peer opened a data channel; to be taken or closed in this very task. */
  channel(link: Link, channel: RTCDataChannel): void;
  /** Called once; not after {@link Link.close}. */
  ended(link: Link, why: LinkEnd): void;
  /** Whether a certificate belongs to a banned peer. */
  isBanned(fingerprint: string): boolean;
}

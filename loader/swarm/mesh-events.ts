/** What the links of this page ask and tell. */

import type { PeerMessage, PeerWord } from '../../protocol/peer-messages.ts';
import type { Link } from './link.ts';

export interface MeshEvents {
  /** What is said to a peer first. */
  greeting(): readonly PeerMessage[];
  opened(link: Link): void;
  packs(link: Link): void;
  said(link: Link, word: PeerWord): void;
  /** Members have left the swarm; there need not have been links to them. */
  left(peers: readonly string[]): void;
  channel(link: Link, channel: RTCDataChannel): void;
  /** An open link is gone. */
  closed(link: Link): void;
  /** Nobody else is here, or no door works: there is nothing to wait for. */
  alone(): void;
  /** An attempt came to nothing. */
  failed(peer: string): void;
}

/**
 * What two peers say on the control channel of their connection (label `shoal`): JSON text, one
 * message each. Packs are named by their infohash; assets and pages are never named.
 */

/** Protocol version; a peer of another major version is left alone. */
export const peerProtocol = 1;

/** First message of both sides. */
export interface PeerHello {
  readonly t: 'hello';
  readonly v: typeof peerProtocol;
  /** 40 hex digits, as announced to the tracker. */
  readonly peerId: string;
  readonly packs: readonly PackState[];
}

/** A pack that the sender has pieces of, or wants. */
export interface PackState {
  /** 40 hex digits. */
  readonly infohash: string;
  /** Which of its pieces the sender can give now: every one, some, or none (any more). */
  readonly state: 'whole' | 'part' | 'none';
  /** The sender wants pieces of it now; a data channel for the pack is worth its cost only then. */
  readonly wants: boolean;
}

/** The sender's packs have changed; only the changes are listed. */
export interface PeerPacks {
  readonly t: 'packs';
  readonly packs: readonly PackState[];
}

/** The sender leaves; sent in `pagehide`, so that nobody waits for it. */
export interface PeerBye {
  readonly t: 'bye';
}

export type PeerMessage = PeerHello | PeerPacks | PeerBye;

/** Limits on what a peer may say. */
export const peerLimits = {
  messageBytes: 64 * 1024,
  packs: 1024,
} as const;

/**
 * A pack's wire runs on a data channel of its own, labelled with the infohash. Where one of two
 * peers wants a pack that the other has (or wants too), the one with the smaller peer id opens it, so
 * that there is only one.
 */
export const controlChannelLabel = 'shoal';

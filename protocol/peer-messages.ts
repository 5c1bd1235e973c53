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

/** A run of pieces, first and last. */
export type PieceRun = readonly [first: number, last: number];

/**
 * What one member does about a pack: a hint, so that each piece leaves the origin about once. It replaces
 * what the same member said before. Runs ascend and do not overlap.
 */
export interface Claim {
  /** The member, 40 hex digits; not always the sender. */
  readonly by: string;
  /** Grows with each claim of this member for this pack. */
  readonly seq: number;
  /** How long ago the member said it, in milliseconds. */
  readonly ageMs: number;
  /** Pieces that it wants and lacks; none: it takes no turns any more. */
  readonly wants: readonly PieceRun[];
  /** Pieces that it is fetching from the origin. */
  readonly flying: readonly PieceRun[];
  /** Pieces that it has fetched from the origin. */
  readonly done: readonly PieceRun[];
}

/** Claims for packs that the receiver wants too, the sender's own and those it has heard. */
export interface PeerClaims {
  readonly t: 'claims';
  readonly packs: readonly PackClaims[];
}

export interface PackClaims {
  readonly infohash: string;
  readonly claims: readonly Claim[];
}

/**
 * The newest head that the sender knows, as it is signed: its exact text. Whoever says it has the release that
 * it names, and as long as it gives at all, it gives that to who opens a data channel labelled with the release's SHA-256: the bytes, and no more.
 */
export interface PeerHead {
  readonly t: 'head';
  readonly head: string;
}

/** The sender, or somebody who asked it, wants packs that none of its neighbours has. */
export interface PeerSeek {
  readonly t: 'seek';
  /** Infohashes. */
  readonly packs: readonly string[];
  /** How much further the question may go: to the neighbours of the receiver when it is 1, not at all when it is 0. */
  readonly hops: number;
}

/** The answer to {@link PeerSeek}, also on the way back: members that had something of a pack a moment ago. A hint. */
export interface PeerHolders {
  readonly t: 'holders';
  readonly packs: readonly PackHolders[];
}

export interface PackHolders {
  readonly infohash: string;
  /** Members, 40 hex digits each. */
  readonly peers: readonly string[];
}

/** What is not about the connection itself. */
export type PeerWord = PeerClaims | PeerHead | PeerSeek | PeerHolders;

export type PeerMessage = PeerHello | PeerPacks | PeerWord | PeerBye;

/** Limits on what a peer may say. */
export const peerLimits = {
  messageBytes: 64 * 1024,
  packs: 1024,
  claims: 256,
  /** In each list of a claim. */
  runs: 256,
  /** Pieces of a pack; larger numbers name none. */
  pieces: 64 * 1024,
  /** In one question, and in one answer. */
  sought: 64,
  /** Named for each pack. */
  holders: 3,
  /** With those of the asker's neighbours, three hops are reached: in a swarm of hundreds, nearly everybody. */
  hops: 2,
} as const;

/**
 * A pack's wire runs on a data channel of its own, labelled with the infohash. Where one of two
 * peers wants a pack that the other has (or wants too), the one with the smaller peer id opens it, so
 * that there is only one.
 */
export const controlChannelLabel = 'shoal';

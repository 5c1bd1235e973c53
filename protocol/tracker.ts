/**
 * What a page and the hub say over the tracker's WebSocket: the WebTorrent tracker protocol
 * (bittorrent-tracker, `lib/client/websocket-tracker.js`), plus two additions that only speak when
 * the page says `shoal: 1` in its announce, so that stock clients and stock trackers stay usable.
 *
 * All messages are JSON text. `info_hash`, `peer_id`, `to_peer_id` and `offer_id` are 20 bytes, each
 * written as one character of code 0-255 ("binary string"), as stock clients do.
 */

/** A session description as WebRTC gives it, JSON form. */
export interface SessionDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** Client to tracker: I am here (or, with `event: 'stopped'`, I leave). */
export interface AnnounceRequest {
  readonly action: 'announce';
  readonly info_hash: string;
  readonly peer_id: string;
  readonly event?: 'started' | 'stopped' | 'completed' | 'update';
  readonly numwant?: number;
  readonly uploaded?: number;
  readonly downloaded?: number;
  /** `null` where unknown (stock clients send `Infinity`, which JSON makes `null`). */
  readonly left?: number | null;
  readonly offers?: readonly { readonly offer_id: string; readonly offer: SessionDescription }[];
  /** Asks for the members and for signals; the hub then answers with `members`. */
  readonly shoal?: 1;
}

/** Client to tracker to client: the answer to a relayed offer. */
export interface AnswerRequest {
  readonly action: 'announce';
  readonly info_hash: string;
  readonly peer_id: string;
  readonly to_peer_id: string;
  readonly offer_id: string;
  readonly answer: SessionDescription;
}

/** Tracker to client: counts; with `shoal: 1` also who else is here (at most 50, random). */
export interface AnnounceResponse {
  readonly action: 'announce';
  readonly info_hash: string;
  /** Seconds until the next announce is due. */
  readonly interval: number;
  readonly complete: number;
  readonly incomplete: number;
  readonly members?: readonly string[];
}

/** Tracker to client: an offer of another member, relayed. */
export interface RelayedOffer {
  readonly action: 'announce';
  readonly info_hash: string;
  readonly peer_id: string;
  readonly offer_id: string;
  readonly offer: SessionDescription;
}

/** Tracker to client: the answer to an offer of ours, relayed. */
export interface RelayedAnswer {
  readonly action: 'announce';
  readonly info_hash: string;
  readonly peer_id: string;
  readonly offer_id: string;
  readonly answer: SessionDescription;
}

/** What travels in a {@link Signal}: trickle ICE (RFC 8838) between two members. */
export type SignalBody =
  | { readonly kind: 'offer'; readonly sdp: string }
  | { readonly kind: 'answer'; readonly sdp: string }
  | { readonly kind: 'candidate'; readonly candidate: string; readonly mid: string | null }
  /** The other side will not connect (full, banned, leaving). */
  | { readonly kind: 'refuse' };

/**
 * Addition 1. Member to hub to member. `offer_id` names the connection attempt and stays the same
 * for all of its signals. The hub sets `peer_id` to the sender's own id, whatever it says, and
 * relays only between members of the same swarm.
 */
export interface Signal {
  readonly action: 'signal';
  readonly info_hash: string;
  readonly peer_id: string;
  readonly to_peer_id: string;
  readonly offer_id: string;
  readonly signal: SignalBody;
}

/**
 * Addition 2. Hub to the members that said `shoal: 1`: one came, one left. `left` is read first: a
 * peer that left and came back stands in both.
 */
export interface MemberChange {
  readonly action: 'members';
  readonly info_hash: string;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** Tracker to client: the request was refused; the socket may stay open. */
export interface TrackerFailure {
  readonly action: 'announce' | 'signal' | 'scrape';
  readonly info_hash?: string;
  readonly 'failure reason': string;
}

/**
 * Everything that a page says to the tracker; what comes in is parsed from `unknown` all the same.
 * @public
 */
export type ClientMessage = AnnounceRequest | AnswerRequest | Signal;
/** Everything that the tracker says to a page, asked or not. */
export type TrackerMessage =
  AnnounceResponse | RelayedOffer | RelayedAnswer | Signal | MemberChange | TrackerFailure;

/** Limits that both sides hold. */
export const trackerLimits = {
  /** Largest message, either way. */
  messageBytes: 64 * 1024,
  /** Offers that one announce may carry; the rest is dropped. */
  offersPerAnnounce: 10,
  /** Members that an announce response names. */
  members: 50,
} as const;

/**
 * What a page reports to the hub: small batches, sent with `sendBeacon` as `text/plain` JSON (a
 * simple request: no preflight, no credentials needed). The numbers are the visitor's own claim.
 */

/** Largest body that the hub reads. */
export const beaconLimitBytes = 8 * 1024;

/**
 * One asset's bytes since the last beacon, decoded bytes that the page received, by where they came from.
 * `asset` is the index in the release's assets, in the order in which the release lists them.
 */
export interface AssetTally {
  readonly asset: number;
  /** How often it was asked for. */
  readonly requests: number;
  /** From the origin over HTTP, verified, or (first visit) loaded by the browser itself. */
  readonly httpBytes: number;
  /** From peers, verified. */
  readonly swarmBytes: number;
  /** From a cache of this visitor; no network. */
  readonly cacheBytes: number;
  /** Received over any network and not used: duplicates, over-fetch, aborted. */
  readonly discardedBytes: number;
  /** Received and refused: did not match the signed digest. */
  readonly rejectedBytes: number;
  /** Sum of the times to the whole answer, for the mean. */
  readonly totalMs: number;
}

/** Why something did not work; a closed set, so that labels stay bounded. */
export const failureCodes = [
  'manifest', // a signed document was refused
  'origin-mismatch', // the origin's own bytes do not match the manifest
  'origin-error', // the origin answered with an error, or not at all
  'swarm-timeout', // a peer did not deliver in time, HTTP answered
  'swarm-no-benefit', // peers took longer than the origin, and are left alone for a while
  'swarm-bad-bytes', // a peer sent wrong bytes
  'peer-banned',
  'connection', // a connection to a peer could not be made
  'storage', // quota, eviction, forbidden
  'worker', // the worker failed and the browser answered
] as const;
export type FailureCode = (typeof failureCodes)[number];

/**
 * Visitors are told apart so that the two can be compared: `holdout` are the few that load by plain
 * HTTP, as if Shoal were not there, and report the same timings.
 */
export const groups = ['swarm', 'holdout'] as const;
export type Group = (typeof groups)[number];

/** What a page loads, for timings: by `initiatorType` and file name, so that it needs no worker. */
export const assetClasses = ['script', 'style', 'font', 'image', 'media', 'data', 'other'] as const;
export type AssetClass = (typeof assetClasses)[number];

/** One batch. */
export interface Beacon {
  readonly v: 1;
  /** The site, as in the signed release. */
  readonly site: string;
  /** Random, 16 bytes as hex; a batch that arrives twice counts once. */
  readonly id: string;
  /** Random per page load, 16 bytes as hex; never stored in the browser. */
  readonly session: string;
  /** SHA-256 of the release, hex; `null` before the first one is known. */
  readonly release: string | null;
  /** 0 for the first batch of a page load, then 1, 2, ... */
  readonly sequence: number;
  readonly visit: 'first' | 'repeat';
  readonly swarm: 'on' | 'off' | 'opted-out' | 'unsupported';
  /** Absent: `swarm`. The same in all batches of a page load. */
  readonly group?: Group;
  /** Peers that this page is connected to now (host page only, else 0). */
  readonly peers: number;
  /** Bytes uploaded to peers since the last batch. */
  readonly uploadedBytes: number;
  /** Time from navigation to the `load` event; only in the batch that first knows it. */
  readonly loadMs?: number;
  /**
   * Time from navigation until the last asset of a class was there, of those that the page needed to
   * come up: asked for before `load`, or made to wait for Shoal by the page's own word. In one batch
   * of a page load, from Resource Timing in both groups; classes without an asset are left out.
   */
  readonly classMs?: Readonly<Partial<Record<AssetClass, number>>>;
  readonly assets: readonly AssetTally[];
  readonly failures: readonly { readonly code: FailureCode; readonly count: number }[];
}

/**
 * Everything that pages and the worker say to each other. A page is an untrusted supplier: nothing
 * it says changes what the worker trusts, and every byte it brings is verified by the worker.
 *
 * Two kinds of pages speak: every page (client messages), and the one host page that runs the swarm
 * for the origin (host messages, over a port that the worker made).
 */

import type { FailureCode } from './beacon.ts';

/** Page to worker, over `ServiceWorker.postMessage`. */
export type ClientToWorker =
  /**
   * I won the election, or I still host and have kept something myself: send me a port (answered with {@link WorkerToClient}
   * `port`), and look at what is kept.
   */
  | { readonly t: 'host' }
  /** This page waits for Shoal by its own word: what it asks for from now on can wait for the swarm. */
  | { readonly t: 'waits' }
  /** What release does this page run on, and how does the worker do? Answered with `state`. */
  | { readonly t: 'state?' }
  /**
   * First visit: these URLs were loaded by the browser; take them from the HTTP cache without
   * network, verify and keep them. Answered with a `delivered` each, `source` as `network` says.
   */
  | { readonly t: 'harvest'; readonly loaded: readonly HarvestEntry[] }
  /** A peer tells of a newer head: its exact text. Answered with `heard`. */
  | { readonly t: 'head'; readonly head: string };

/** What Resource Timing said about a resource that the browser loaded itself. */
export interface HarvestEntry {
  readonly url: string;
  /** `http`: bytes came over the network; `cache`: from the browser's HTTP cache. */
  readonly network: 'http' | 'cache';
  readonly ms: number;
}

/** Worker to page, over `Client.postMessage`. */
export type WorkerToClient =
  /** The host's port, transferred with this message. */
  | { readonly t: 'port' }
  /** A worker that has just started asks who hosts; the host answers with `host`. */
  | { readonly t: 'who-hosts' }
  /** There is news for a page of which the worker does not know whether it listens; answered with `state?`. */
  | { readonly t: 'who-listens' }
  | WorkerState
  /** What one request of this page got, from where. */
  | Delivered
  | { readonly t: 'failure'; readonly code: FailureCode; readonly detail: string }
  /** Peers sent wrong bytes of this asset, which the host threw away before the worker saw them. */
  | { readonly t: 'rejected'; readonly release: string; readonly asset: number; readonly bytes: number };

/** Worker to the engine, over `Client.postMessage`: what a peer's head is worth. It changes nothing that the worker trusts. */
export interface HeardHead {
  readonly t: 'heard';
  /** Absent: the rules refuse the head, or it is of no use here. */
  readonly release?: { readonly v: number; readonly sha256: string; readonly len: number };
  /** The packs of that release, once its document is among the stored ones. */
  readonly packs?: PackList | undefined;
}

/** The worker's state as a page may know it. */
export interface WorkerState {
  readonly t: 'state';
  readonly mode: 'on' | 'http-only' | 'uninstall' | 'no-manifest';
  /** SHA-256 of the release, hex. */
  readonly release: string | null;
  /** The release's version: milliseconds since the epoch. */
  readonly version: number | null;
  /** The swarm has had its chance to connect (see {@link HostState}), so that waiting longer is vain. */
  readonly settled: boolean;
}

/** One answered request, decoded bytes by source; see `AssetTally` for what each number means. */
export interface Delivered {
  readonly t: 'delivered';
  /** SHA-256 of the release, hex: what `asset` counts in. */
  readonly release: string;
  readonly asset: number;
  readonly path: string;
  readonly httpBytes: number;
  readonly swarmBytes: number;
  readonly cacheBytes: number;
  readonly discardedBytes: number;
  readonly rejectedBytes: number;
  readonly ms: number;
}

/** Worker to host, over the port. */
export type WorkerToHost =
  /** The packs of the releases in use; sent first, and again when they change. Replaces the last. */
  | PackList
  /** Bring these chunks. Answered with `chunk` each, or `none` for the rest. */
  | {
      readonly t: 'want';
      readonly id: number;
      /** SHA-256 of the asset, hex. */
      readonly digest: string;
      /** Where the origin has it, for what the swarm leaves to this page to fetch. */
      readonly url: string;
      /** Chunk indexes, ascending. */
      readonly chunks: readonly number[];
      /** After this the worker no longer waits. */
      readonly timeoutMs: number;
    }
  | { readonly t: 'cancel'; readonly id: number }
  /** A chunk that the host brought was wrong although its piece's SHA-1 was right, or is unknown. */
  | { readonly t: 'bad'; readonly digest: string; readonly chunk: number }
  /** These bytes are in the verified cache now: they may be seeded. */
  | { readonly t: 'kept'; readonly digest: string; readonly from: number; readonly to: number }
  /** No longer in the cache. */
  | { readonly t: 'dropped'; readonly digest: string };

/** Packs, and the chunk size of the newest release among theirs. */
export interface PackList {
  readonly t: 'packs';
  readonly piece: number;
  readonly packs: readonly PackLayout[];
}

/** One pack: which torrent, and which asset's bytes stand where in it. */
export interface PackLayout {
  /** 40 hex digits. */
  readonly infohash: string;
  /** URL of the `.torrent`. */
  readonly torrent: string;
  /** SHA-256 of the `.torrent`, hex. */
  readonly torrentSha256: string;
  /** Length of the `.torrent` in bytes. */
  readonly torrentBytes: number;
  readonly assets: readonly PackedAsset[];
}

/** Where an asset stands in its pack. Bytes of the pack that belong to no asset are zero. */
export interface PackedAsset {
  /** SHA-256 of the asset, hex. */
  readonly digest: string;
  readonly size: number;
  /** Offset of its first byte in the pack. */
  readonly offset: number;
}

/** Host to worker, over the port. */
export type HostToWorker =
  /** Bytes of one or more chunks in a row, transferred; unverified as far as the worker is concerned. */
  | {
      readonly t: 'chunk';
      readonly id: number;
      /** The first one. */
      readonly chunk: number;
      readonly bytes: ArrayBuffer;
      /** Not from a peer: it was this page's turn to ask the origin. */
      readonly isFromOrigin: boolean;
    }
  /** The rest of this `want` will not come (no peer has it, or the swarm is off). */
  | { readonly t: 'none'; readonly id: number }
  /** What the swarm could deliver now; sent when it changes. The worker decides its patience by it. */
  | HostState
  | {
      readonly t: 'failure';
      readonly code: FailureCode;
      readonly detail: string;
      /** Bytes that peers sent and the host threw away, of this asset (`swarm-bad-bytes`). */
      readonly rejectedBytes?: number;
      /** SHA-256 of the asset, hex. */
      readonly digest?: string;
    };

/** What the host's swarm can do at the moment. */
export interface HostState {
  readonly t: 'swarm';
  /** Open connections to peers. */
  readonly peers: number;
  /**
   * `true` once the first connection is open, or it is known that there is nobody, or a deadline passed; `false`
   * again when the swarm has ended.
   */
  readonly settled: boolean;
  /** Infohashes of the packs of which some connected peer holds every piece. */
  readonly whole: readonly string[];
  /** Infohashes of the packs of which some connected peer holds or wants pieces. */
  readonly part: readonly string[];
}

/**
 * `window.shoal`: what a page may know and say. The tag dispatches `shoal:loaded` on `window` when it
 * is there. Everything works without it, too: a page never has to wait for Shoal.
 */

import type { FailureCode } from '../protocol/beacon.ts';

/** What has happened when `shoal.ready` resolves. */
export interface ShoalReady {
  /** The worker answers this page's requests. */
  readonly worker: boolean;
  /**
   * Why it does not, or `''`. `off`: the owner removes Shoal from the site. `holdout`: this visitor loads
   * plainly, for comparison.
   */
  readonly reason: '' | 'unsupported' | 'off' | 'holdout' | 'failed' | 'timeout';
}

/** Decoded bytes that this page received, by source, and how it stands. */
export interface ShoalStats {
  /** From the origin. */
  readonly httpBytes: number;
  /** From peers, verified. */
  readonly swarmBytes: number;
  /** From this visitor's cache; no network. */
  readonly cacheBytes: number;
  /** Received and not needed. */
  readonly discardedBytes: number;
  /** Received and refused: not what the owner signed. */
  readonly rejectedBytes: number;
  /** Sent to peers by this page. */
  readonly uploadedBytes: number;
  /** Open connections of this page; 0 where another tab hosts the swarm. */
  readonly peers: number;
  readonly mode: 'on' | 'http-only' | 'uninstall' | 'no-manifest' | 'unsupported';
  /** SHA-256 of the release, hex. */
  readonly release: string | null;
  readonly visit: 'first' | 'repeat';
  /** `holdout`: this visitor loads as if Shoal were not there. */
  readonly group: 'swarm' | 'holdout';
  /** Sizes of assets for which the swarm is left off for a while: it took longer than plain HTTP. */
  readonly leftOff: readonly ('small' | 'medium' | 'large')[];
}

/** Detail of the `delivered` event: one answered request. */
export interface ShoalDelivered {
  readonly path: string;
  readonly httpBytes: number;
  readonly swarmBytes: number;
  readonly cacheBytes: number;
  readonly discardedBytes: number;
  readonly rejectedBytes: number;
  readonly ms: number;
}

/** Detail of the `failure` event; the codes are in docs/operations.md. */
export interface ShoalFailure {
  readonly code: FailureCode;
  readonly detail: string;
}

/** Events of {@link Shoal}, by name, with their details. */
export interface ShoalEventMap {
  delivered: CustomEvent<ShoalDelivered>;
  /** Stats, release or connections have changed. */
  state: CustomEvent<ShoalStats>;
  failure: CustomEvent<ShoalFailure>;
}

/** `window.shoal`. */
export interface Shoal extends EventTarget {
  /**
   * Resolves when the worker answers this page's requests and the swarm has had its chance, or at a
   * deadline (`readyTimeoutMs`), or at once where something is missing. Never rejects. Reading it
   * starts Shoal at once instead of after `load`.
   */
  readonly ready: Promise<ShoalReady>;
  stats(): ShoalStats;
  /** The visitor said no: no connections to peers, also on later visits, until `optIn()`. */
  optOut(): Promise<void>;
  /** The visitor agreed (needed first where the owner set `consent: "required"`). */
  optIn(): Promise<void>;
  /** Whether the swarm is off by the visitor's word. */
  readonly optedOut: boolean;
  addEventListener<K extends keyof ShoalEventMap>(
    type: K,
    listener: (event: ShoalEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface Window {
    shoal?: Shoal;
  }
}

/** What the page gives to the swarm engine, and what it gets. */

import type { FailureCode } from '../../protocol/beacon.ts';
import type { TagConfig } from '../../protocol/site-config.ts';

export interface SwarmOptions {
  readonly config: TagConfig;
  /** The port to the worker: `WorkerToHost` comes in, `HostToWorker` goes out. */
  readonly port: MessagePort;
  /** For statistics and beacons. */
  readonly onEvent: (event: SwarmEvent) => void;
}

export type SwarmEvent =
  /** How many peers are connected now. */
  | { readonly t: 'peers'; readonly peers: number }
  /** Bytes of pieces that were sent to peers since the last event. */
  | { readonly t: 'uploaded'; readonly bytes: number }
  /**
   * Failures that concern peers and not a request; those of a request (`swarm-bad-bytes`) go to the
   * worker, so that nothing is counted twice.
   */
  | { readonly t: 'failure'; readonly code: FailureCode; readonly detail: string };

export interface Swarm {
  /** `false` chokes every peer at once. */
  setUploadAllowed(allowed: boolean): void;
  /** Open connections to peers. */
  readonly peers: number;
  /** The worker was restarted: replaces the port; what the old one wanted is dropped. */
  setPort(port: MessagePort): void;
  /** Says bye, closes everything; synchronous, for `pagehide`. The object is of no use afterwards. */
  stop(): void;
}

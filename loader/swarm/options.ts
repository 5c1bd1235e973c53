/** What the page gives to the swarm engine, and what it gets. */

import type { SizeClass } from '../../policy/benefit.ts';
import type { FailureCode } from '../../protocol/beacon.ts';
import type { TagConfig } from '../../protocol/site-config.ts';
import type { Delivered } from '../../protocol/worker-messages.ts';

export interface SwarmOptions {
  readonly config: TagConfig;
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
  /** Thrift is wanted: nothing is given to peers until that is over. */
  setThrift(isWanted: boolean): void;
  /** One answer that the page got, from wherever: so the swarm learns whether it is worth it. */
  delivered(answer: Delivered): void;
  /** Sizes of assets that are not asked of peers: the worker is told at once that nobody has them. */
  readonly leftOff: readonly SizeClass[];
  /** Open connections to peers. */
  readonly peers: number;
  /**
   * The port to the worker: `WorkerToHost` comes in, `HostToWorker` goes out. One that comes later, of a worker
   * that was restarted, replaces it, and what the old one wanted is dropped.
   */
  setPort(port: MessagePort): void;
  /** Says bye, closes everything; synchronous, for `pagehide`. The object is of no use afterwards. */
  stop(): void;
}

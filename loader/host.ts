/**
 * One page per origin hosts the swarm for all tabs: whoever holds a Web Lock
 * (https://w3c.github.io/web-locks/). The lock goes in `pagehide`: a page in the back/forward cache
 * would hold on to it.
 */

import type { SizeClass } from '../policy/benefit.ts';
import type { TagConfig } from '../protocol/site-config.ts';
import type { ClientToWorker, Delivered } from '../protocol/worker-messages.ts';
import { loadEngine, type StartSwarm } from './engine-module.ts';
import type { Swarm, SwarmEvent } from './swarm/options.ts';

export class Hosting {
  readonly #config: TagConfig;
  readonly #onEvent: (event: SwarmEvent) => void;
  #standing: { readonly abort: AbortController; readonly release: () => void } | undefined;
  #isHost = false;
  #swarm: Swarm | undefined;
  #startSwarm: StartSwarm | undefined;
  #isThrifty = false;

  constructor(config: TagConfig, onEvent: (event: SwarmEvent) => void) {
    this.#config = config;
    this.#onEvent = onEvent;
  }

  get peers(): number {
    return this.#swarm?.peers ?? 0;
  }

  get leftOff(): readonly SizeClass[] {
    return this.#swarm?.leftOff ?? [];
  }

  /**
   * Stands for election; the engine is fetched when it is won, and looks for peers at once: a worker that does
   * not control the page yet takes as long as a connection.
   */
  stand(): void {
    if (this.#standing !== undefined) return;
    const abort = new AbortController();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    this.#standing = { abort, release };
    const elected = async (): Promise<void> => {
      this.#startSwarm ??= await loadEngine(this.#config.engine);
      if (this.#startSwarm === undefined || abort.signal.aborted) return;
      this.#isHost = true;
      this.#swarm ??= this.#begin(this.#startSwarm);
      this.announce();
      await held;
    };
    // Rejects when the page leaves before it is elected.
    navigator.locks
      .request(`shoal ${this.#config.base}`, { signal: abort.signal }, elected)
      .catch(() => undefined);
  }

  /** Tells the worker that this page hosts; the worker answers with a port. */
  announce(): void {
    const message: ClientToWorker = { t: 'host' };
    if (this.#isHost) navigator.serviceWorker.controller?.postMessage(message);
  }

  /** The worker's port, for the swarm that runs. */
  take(port: MessagePort): void {
    if (this.#swarm === undefined) port.close();
    else this.#swarm.setPort(port);
  }

  /** Nothing is to be given while it lasts. */
  setThrift(isWanted: boolean): void {
    this.#isThrifty = isWanted;
    this.#swarm?.setThrift(isWanted);
  }

  /** One answer that this page got, by peers or not. */
  delivered(answer: Delivered): void {
    this.#swarm?.delivered(answer);
  }

  /** The network has changed: nothing holds any more. Joins anew, under a new name. */
  rejoin(): void {
    if (this.#swarm === undefined || this.#startSwarm === undefined) return;
    this.#swarm.stop();
    this.#swarm = this.#begin(this.#startSwarm);
    this.announce();
  }

  #begin(startSwarm: StartSwarm): Swarm {
    const swarm = startSwarm({ config: this.#config, onEvent: this.#onEvent });
    swarm.setThrift(this.#isThrifty);
    return swarm;
  }

  /** Leaves the swarm and hands the office to another tab. Synchronous, for `pagehide`. */
  resign(): void {
    this.#swarm?.stop();
    this.#swarm = undefined;
    this.#isHost = false;
    this.#standing?.abort.abort();
    this.#standing?.release();
    this.#standing = undefined;
  }
}

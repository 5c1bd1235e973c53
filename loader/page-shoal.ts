/** `window.shoal` itself: what the worker and the swarm say, summed up for the page and the hub. */

import type { TagConfig } from '../protocol/site-config.ts';
import type { ClientToWorker, WorkerState, WorkerToClient } from '../protocol/worker-messages.ts';
import type { Shoal, ShoalEventMap, ShoalReady, ShoalStats } from './api.ts';
import { isQuietWanted, storeChoice, storedChoice } from './consent.ts';
import { isSupported, takeControl } from './control.ts';
import { Hosting } from './host.ts';
import { loadedBefore } from './loaded.ts';
import { Reporter } from './reporter.ts';
import type { SwarmEvent } from './swarm/options.ts';
import { hasWaiting, releaseWaiting } from './waiting.ts';

type Settings = TagConfig & { readonly swarmOff: boolean };

export class PageShoal extends EventTarget implements Shoal {
  readonly #config: Settings;
  readonly #hosting: Hosting;
  readonly #reporter: Reporter | undefined;
  readonly #visit = navigator.serviceWorker?.controller ? 'repeat' : 'first';
  readonly #sums = { httpBytes: 0, swarmBytes: 0, cacheBytes: 0, discardedBytes: 0, rejectedBytes: 0 };
  #uploadedBytes = 0;
  #state: WorkerState | undefined;
  #choice = storedChoice();
  #starting: Promise<ShoalReady> | undefined;
  /** The page waits for us by its own word. */
  #waits = false;
  #onSettled = (): void => undefined;

  constructor(config: Settings) {
    super();
    this.#config = config;
    this.#hosting = new Hosting(config, (event) => this.#swarmSays(event));
    if (config.hub !== null) {
      this.#reporter = new Reporter(`${config.hub}beacon`, config.site, () => ({
        visit: this.#visit,
        swarm: !isSupported() ? 'unsupported' : this.optedOut ? 'opted-out' : this.#maySwarm() ? 'on' : 'off',
        peers: this.#hosting.peers,
      }));
    }
  }

  /** As EventTarget's own, with the events' types. */
  override addEventListener<K extends keyof ShoalEventMap>(
    type: K,
    listener: (event: ShoalEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  /** Starts after `load`, or at once when something on the page waits for it. */
  schedule(): void {
    const onLoad = (): void => {
      const [navigation] = performance.getEntriesByType('navigation');
      this.#reporter?.loaded(Math.round(navigation?.duration || performance.now()));
      void this.#started();
    };
    const onParsed = (): void => {
      if (hasWaiting()) void this.ready;
    };
    if (document.readyState === 'complete') setTimeout(onLoad);
    else addEventListener('load', () => setTimeout(onLoad));
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', onParsed);
    else onParsed();
  }

  get ready(): Promise<ShoalReady> {
    this.#waits = true;
    this.#tell({ t: 'waits' });
    return this.#started();
  }

  #started(): Promise<ShoalReady> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<ShoalReady> {
    const late = new Promise<'timeout'>((resolve) =>
      setTimeout(() => resolve('timeout'), this.#config.readyTimeoutMs),
    );
    const reason = isSupported() ? await Promise.race([this.#begin(late), late]) : 'unsupported';
    if (this.#waits) this.#tell({ t: 'waits' });
    releaseWaiting();
    return { worker: reason === '', reason };
  }

  async #begin(late: Promise<unknown>): Promise<ShoalReady['reason']> {
    if (this.#config.uninstall === true) {
      // A worker that is still here asks the origin before it keeps anything, and removes itself.
      this.#tell({ t: 'harvest', loaded: [] });
      return 'off';
    }
    const reason = await takeControl(this.#config);
    if (reason !== '') return reason;
    const controlledMs = performance.now();
    const settled = new Promise<void>((resolve) => (this.#onSettled = resolve));
    navigator.serviceWorker.startMessages();
    this.#tell({ t: 'state?' });
    addEventListener('pagehide', () => this.#hosting.resign());
    addEventListener('pageshow', () => this.#maySwarm() && this.#hosting.stand());
    // Said in another tab, it holds in all: any of them may host.
    addEventListener('storage', () => {
      this.#choice = storedChoice() ?? this.#choice;
      if (this.optedOut) this.#hosting.resign();
    });
    if (this.#maySwarm()) {
      this.#hosting.stand();
      await Promise.race([settled, late]);
    }
    if (this.#visit === 'first') this.#harvest(controlledMs);
    return '';
  }

  /** What was loaded without the worker is reported and kept, once the page is quiet. */
  #harvest(controlledMs: number): void {
    const send = (): void => this.#tell({ t: 'harvest', loaded: loadedBefore(controlledMs) });
    if (document.readyState === 'complete') setTimeout(send, 500);
    else addEventListener('load', () => setTimeout(send, 500));
  }

  #tell(message: ClientToWorker): void {
    navigator.serviceWorker?.controller?.postMessage(message);
  }

  #maySwarm(): boolean {
    const { consent, swarmOff } = this.#config;
    if (swarmOff || this.#choice === 'out' || !('RTCPeerConnection' in globalThis)) return false;
    return this.#choice === 'in' || (consent === 'implied' && !isQuietWanted());
  }

  /** Everything that the worker says to this page. */
  receive(message: WorkerToClient, port: MessagePort | undefined): void {
    switch (message.t) {
      case 'port':
        if (port !== undefined) this.#hosting.take(port);
        return;
      case 'who-hosts':
        return this.#hosting.announce();
      case 'who-listens':
        return this.#tell({ t: 'state?' });
      case 'state':
        this.#state = message;
        if (message.settled) this.#onSettled();
        return this.#changed();
      case 'delivered': {
        for (const name of sumNames) this.#sums[name] += message[name];
        this.#reporter?.delivered(message);
        this.dispatchEvent(new CustomEvent('delivered', { detail: message }));
        return this.#changed();
      }
      case 'rejected':
        this.#sums.rejectedBytes += message.bytes;
        this.#reporter?.rejected(message.release, message.asset, message.bytes);
        return this.#changed();
      case 'failure':
        this.#reporter?.failed(message.code);
        this.dispatchEvent(new CustomEvent('failure', { detail: message }));
    }
  }

  #swarmSays(event: SwarmEvent): void {
    switch (event.t) {
      case 'peers':
        this.#reporter?.touched();
        break;
      case 'uploaded':
        this.#uploadedBytes += event.bytes;
        this.#reporter?.uploaded(event.bytes);
        break;
      case 'failure':
        this.#reporter?.failed(event.code);
        this.dispatchEvent(new CustomEvent('failure', { detail: event }));
    }
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new CustomEvent('state', { detail: this.stats() }));
  }

  stats(): ShoalStats {
    return {
      ...this.#sums,
      uploadedBytes: this.#uploadedBytes,
      peers: this.#hosting.peers,
      mode: this.#state?.mode ?? (isSupported() ? 'no-manifest' : 'unsupported'),
      release: this.#state?.release ?? null,
      visit: this.#visit,
    };
  }

  get optedOut(): boolean {
    return this.#choice === 'out';
  }

  async optOut(): Promise<void> {
    this.#choose('out');
    this.#hosting.resign();
    this.#changed();
  }

  async optIn(): Promise<void> {
    this.#choose('in');
    await this.#started();
    // Nobody would ask a swarm without a worker.
    if (navigator.serviceWorker?.controller && this.#maySwarm()) this.#hosting.stand();
    this.#changed();
  }

  #choose(choice: 'in' | 'out'): void {
    this.#choice = choice;
    storeChoice(choice);
  }
}

const sumNames = ['httpBytes', 'swarmBytes', 'cacheBytes', 'discardedBytes', 'rejectedBytes'] as const;

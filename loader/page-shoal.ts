/** `window.shoal` itself: what the worker and the swarm say, summed up for the page and the hub. */

import type { TagConfig } from '../protocol/site-config.ts';
import type { ClientToWorker, WorkerState, WorkerToClient } from '../protocol/worker-messages.ts';
import { maySwarm } from '../policy/manners.ts';
import type { Group } from '../protocol/beacon.ts';
import type { Shoal, ShoalFailure, ShoalReady, ShoalStats } from './api.ts';
import { storeChoice, storedChoice } from './consent.ts';
import { isSupported, takeControl } from './control.ts';
import { holdoutVisit, removeWorker } from './holdout.ts';
import { Hosting } from './host.ts';
import { loadedBefore, onceQuiet } from './loaded.ts';
import { removeEverything } from './remove.ts';
import { Reporter } from './reporter.ts';
import { ShoalEvents } from './shoal-events.ts';
import type { SwarmEvent } from './swarm/options.ts';
import { hasWaiting, releaseWaiting } from './waiting.ts';
import { BrowserWishes } from './wishes.ts';

type Settings = TagConfig & { readonly swarmOff: boolean };

export class PageShoal extends ShoalEvents implements Shoal {
  readonly #config: Settings;
  readonly #hosting: Hosting;
  readonly #reporter: Reporter | undefined;
  readonly #visit: 'first' | 'repeat';
  readonly #sums = { httpBytes: 0, swarmBytes: 0, cacheBytes: 0, discardedBytes: 0, rejectedBytes: 0 };
  readonly #group: Group;
  #uploadedBytes = 0;
  #state: WorkerState | undefined;
  #choice = storedChoice();
  readonly #wishes = new BrowserWishes(() => this.#review());
  #network = this.#wishes.network;
  /** Rules the page: from now on wishes are followed as they change. */
  #isReady = false;
  #starting: Promise<ShoalReady> | undefined;
  /** The page waits for us by its own word. */
  #waits = false;
  #onSettled = (): void => undefined;

  constructor(config: Settings) {
    super();
    this.#config = config;
    const heldOut = holdoutVisit(config.holdoutPercent);
    this.#group = heldOut === undefined ? 'swarm' : 'holdout';
    this.#visit = heldOut ?? (navigator.serviceWorker?.controller ? 'repeat' : 'first');
    this.#hosting = new Hosting(config, (event) => this.#swarmSays(event));
    if (config.hub !== null) {
      this.#reporter = new Reporter(config.hub, config, this.#group, () => ({
        visit: this.#visit,
        swarm: !isSupported() ? 'unsupported' : this.optedOut ? 'opted-out' : this.#maySwarm() ? 'on' : 'off',
        peers: this.#hosting.peers,
      }));
    }
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
      await removeEverything(this.#config);
      return 'off';
    }
    if (this.#group === 'holdout') return removeWorker(this.#config);
    addEventListener('pagehide', () => this.#hosting.resign());
    if (this.#waits) void this.#wishes.known.then(() => this.#maySwarm() && this.#hosting.stand());
    const [reason] = await Promise.all([takeControl(this.#config), this.#wishes.known]);
    if (reason !== '') {
      this.#hosting.resign();
      return reason;
    }
    const controlledMs = performance.now();
    const settled = new Promise<void>((resolve) => (this.#onSettled = resolve));
    navigator.serviceWorker.startMessages();
    this.#tell({ t: 'state?' });
    this.#isReady = true;
    addEventListener('pageshow', () => this.#review());
    addEventListener('online', () => this.#hosting.rejoin());
    // Said in another tab, it holds in all: any of them may host.
    addEventListener('storage', () => {
      this.#choice = storedChoice() ?? this.#choice;
      this.#review();
    });
    this.#review();
    this.#hosting.announce();
    if (this.#maySwarm()) await Promise.race([settled, late]);
    if (this.#visit === 'first') this.#harvest(controlledMs);
    return '';
  }

  /** What was loaded without the worker is reported and kept, once the page is quiet. */
  #harvest(controlledMs: number): void {
    onceQuiet(() => this.#tell({ t: 'harvest', loaded: loadedBefore(controlledMs) }));
  }

  #tell(message: ClientToWorker): void {
    navigator.serviceWorker?.controller?.postMessage(message);
  }

  #maySwarm(): boolean {
    const { consent, swarmOff } = this.#config;
    if (swarmOff || this.#group === 'holdout' || !('RTCPeerConnection' in globalThis)) return false;
    const { privacy, thrift } = this.#wishes;
    return maySwarm({ choice: this.#choice, consent, privacy, thrift });
  }

  /** Something has changed that decides whether this page is in the swarm. */
  #review(): void {
    // Nobody would ask a swarm without a worker.
    if (!this.#isReady) return;
    if (!this.#maySwarm()) return this.#hosting.resign();
    this.#hosting.setThrift(this.#wishes.thrift);
    this.#hosting.stand();
    if (this.#network === this.#wishes.network) return;
    this.#network = this.#wishes.network;
    this.#hosting.rejoin();
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
        this.emit('delivered', message);
        this.#hosting.delivered(message);
        return this.#changed();
      }
      case 'rejected':
        this.#sums.rejectedBytes += message.bytes;
        this.#reporter?.rejected(message.release, message.asset, message.bytes);
        return this.#changed();
      case 'failure':
        return this.#failed(message);
    }
  }

  #failed(failure: ShoalFailure): void {
    this.#reporter?.failed(failure.code);
    this.emit('failure', failure);
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
        this.#failed(event);
    }
    this.#changed();
  }

  #changed(): void {
    this.emit('state', this.stats());
  }

  stats(): ShoalStats {
    return {
      ...this.#sums,
      uploadedBytes: this.#uploadedBytes,
      peers: this.#hosting.peers,
      mode: this.#state?.mode ?? (isSupported() ? 'no-manifest' : 'unsupported'),
      release: this.#state?.release ?? null,
      visit: this.#visit,
      group: this.#group,
      leftOff: this.#hosting.leftOff,
    };
  }

  get optedOut(): boolean {
    return this.#choice === 'out';
  }

  async optOut(): Promise<void> {
    this.#choose('out');
  }

  async optIn(): Promise<void> {
    this.#choose('in');
    await this.#started();
    this.#changed();
  }

  #choose(choice: 'in' | 'out'): void {
    this.#choice = choice;
    storeChoice(choice);
    this.#review();
    this.#changed();
  }
}

const sumNames = ['httpBytes', 'swarmBytes', 'cacheBytes', 'discardedBytes', 'rejectedBytes'] as const;

/**
 * Which release answers which page. A page stays on the release that was the newest when it first
 * asked, so that one page never mixes two; the head is checked once for each page, not for each asset.
 */

import type { Catalog } from '../manifests/index.ts';
import type { WorkerConfig } from '../protocol/site-config.ts';
import { within } from './deadline.ts';
import type { DocumentStore } from './documents.ts';
import { scope } from './scope.ts';
import { loadTrusted, previousRelease, refreshTrusted, type Trusted } from './trusted.ts';

/** Told when another release is trusted; `catalogs`: it, and those that open pages still run on. */
export type OnRelease = (trusted: Trusted, catalogs: readonly Catalog[]) => void;

/** How long a mutable URL waits for the head before the origin is asked instead. */
const headPatienceMs = 1_000;
/** The newest release and, as in the head, three before it. */
const catalogLimit = 4;

export class Releases {
  readonly #config: WorkerConfig;
  readonly #store: DocumentStore;
  readonly #onChange: OnRelease;
  readonly #onRefused: (reason: string) => void;
  #trusted: Trusted | undefined;
  #catalogs: readonly Catalog[] = [];
  #loading: Promise<Trusted | undefined> | undefined;
  #refreshing: Promise<Trusted | undefined> | undefined;
  /** By client: the release it runs on, once the head was checked for it. */
  readonly #pins = new Map<string, Promise<Catalog | undefined>>();

  constructor(
    config: WorkerConfig,
    store: DocumentStore,
    onChange: OnRelease,
    onRefused: (reason: string) => void,
  ) {
    this.#config = config;
    this.#store = store;
    this.#onChange = onChange;
    this.#onRefused = onRefused;
  }

  /** What is trusted now, if it is already in memory. */
  get trusted(): Trusted | undefined {
    return this.#trusted;
  }

  /** What is trusted, from storage after a restart; `undefined` before the first refresh ever. */
  load(): Promise<Trusted | undefined> {
    this.#loading ??= loadTrusted(this.#config, this.#store).then((stored) => {
      if (stored !== undefined && this.#trusted === undefined) this.#accept(stored);
      return this.#trusted;
    });
    return this.#loading;
  }

  /** Asks the origin; several callers share one request. Never rejects. */
  refresh(): Promise<Trusted | undefined> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refresh(): Promise<Trusted | undefined> {
    await this.load();
    const result = await refreshTrusted(this.#config, this.#store, this.#trusted);
    switch (result.kind) {
      case 'trusted':
        this.#trusted = result.trusted;
        if (result.changed) this.#accept(result.trusted);
        return this.#trusted;
      case 'refused':
        this.#onRefused(result.reason);
        // Plain HTTP until a worker starts anew: what is stored stays good, should the head come back.
        if (result.isGone && this.#trusted !== undefined) {
          this.#trusted = { ...this.#trusted, head: { ...this.#trusted.head, mode: 'http-only' } };
        }
        return this.#trusted;
    }
  }

  #accept(trusted: Trusted): void {
    this.#trusted = trusted;
    this.#catalogs = [
      trusted.catalog,
      ...this.#catalogs.filter((item) => item.sha256 !== trusted.catalog.sha256),
    ];
    this.#catalogs = this.#catalogs.slice(0, catalogLimit);
    this.#onChange(trusted, this.#catalogs);
  }

  /**
   * The release for a request of this client. With nothing trusted yet, or for a mutable URL, it waits
   * for the head; `undefined`: the browser must ask the origin.
   */
  async pinnedFor(
    clientId: string,
    isListedImmutable: (catalog: Catalog) => boolean,
  ): Promise<Catalog | undefined> {
    const trusted = await this.load();
    if (trusted !== undefined && trusted.head.mode !== 'on') return undefined;
    const known = this.#pins.get(clientId);
    const pinning = known ?? this.#pin(clientId);
    if (known === undefined) this.#pins.set(clientId, pinning);
    // A fingerprinted URL means the same bytes in every release: no need to wait for the head.
    if (trusted !== undefined && isListedImmutable(trusted.catalog)) return trusted.catalog;
    return within(pinning, headPatienceMs, undefined);
  }

  async #pin(clientId: string): Promise<Catalog | undefined> {
    const stored = await this.#storedPin(clientId);
    if (stored !== undefined) return stored;
    const trusted = await this.refresh();
    if (trusted === undefined || trusted.stale || trusted.head.mode !== 'on') return undefined;
    await this.#store.write(`pin/${clientId}`, new TextEncoder().encode(trusted.catalog.sha256));
    return trusted.catalog;
  }

  /** The release that this client was pinned to before the worker was stopped. */
  async #storedPin(clientId: string): Promise<Catalog | undefined> {
    const bytes = await this.#store.read(`pin/${clientId}`);
    const trusted = this.#trusted;
    if (bytes === undefined || trusted === undefined) return undefined;
    const sha256 = new TextDecoder().decode(bytes);
    if (sha256 === trusted.catalog.sha256) return trusted.catalog;
    return previousRelease(this.#config, this.#store, trusted, sha256);
  }

  /** Forgets the pins of pages that are gone, and documents that nothing names any more. */
  async tidy(): Promise<void> {
    const clients = await scope.clients.matchAll({ includeUncontrolled: true, type: 'all' });
    const alive = new Set(clients.map((client) => client.id));
    for (const clientId of this.#pins.keys()) if (!alive.has(clientId)) this.#pins.delete(clientId);
    const head = this.#trusted?.head;
    if (head === undefined) return;
    const releases = new Set<string>([head.release, ...head.previous].map((ref) => ref.sha256));
    for (const name of await this.#store.names()) {
      const [kind, id = ''] = name.split('/');
      const isGone = kind === 'pin' ? !alive.has(id) : kind === 'release' && !releases.has(id);
      if (isGone) await this.#store.remove(name);
    }
  }
}

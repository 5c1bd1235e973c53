/**
 * Which release answers which page. A page stays on the release that was the newest when it first
 * asked, so that one page never mixes two; the head is checked once for each page, not for each asset.
 */

import { utf8, type Catalog } from '../manifests/index.ts';
import type { WorkerConfig } from '../protocol/site-config.ts';
import type { HeardHead, WorkerState } from '../protocol/worker-messages.ts';
import { within } from './deadline.ts';
import { isSwitchedOff } from './switched-off.ts';
import type { DocumentStore } from './documents.ts';
import { packsOf } from './host.ts';
import { obtainStored } from './obtain.ts';
import { scope } from './scope.ts';
import { judge, loadTrusted, previousRelease, refreshTrusted, releaseAt, type Trusted } from './trusted.ts';

/** Told when another release is trusted; `catalogs`: it, and those that open pages still run on. */
export type OnRelease = (trusted: Trusted, catalogs: readonly Catalog[]) => void;

/** How long a mutable URL waits for the head before the origin is asked instead. */
const headPatienceMs = 1_000;
/** A page that stays open asks again after this: with the deadlines of the questions, what the owner says holds within a minute. */
const checkAgainMs = 30_000;
/** The newest release and, as in the head, three before it. */
const catalogLimit = 4;
/** All that a refresh asks for has deadlines of its own; this one keeps the next refresh from waiting in vain. */
const refreshLimitMs = 60_000;

export class Releases {
  readonly #config: WorkerConfig;
  readonly #store: DocumentStore;
  readonly #onChange: OnRelease;
  readonly #onRefused: (reason: string) => void;
  #trusted: Trusted | undefined;
  #catalogs: readonly Catalog[] = [];
  #loading: Promise<void> | undefined;
  /** The last question to the origin, and the one that waits for its end. */
  #refreshing: Promise<unknown> = Promise.resolve();
  #queued: Promise<Trusted | undefined> | undefined;
  #askedMs = -Infinity;
  /** The release that a peer's head names; its document is kept until the origin shows that head, too. */
  #heard = '';
  /** The origin answers, and not with a head that we can take: it may have moved on to a release that we do not know. */
  #isBehind = false;
  /** Why we stand aside without a signed word; stored, since a worker that starts anew must not forget it. */
  readonly #aside = new Set<'gone' | 'off'>();
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

  /** What the owner wants: the signed word, unless the origin says that there is nothing to do here. */
  get mode(): WorkerState['mode'] {
    const signed = this.#trusted?.head.mode ?? 'no-manifest';
    return signed === 'on' && this.#aside.size > 0 ? 'http-only' : signed;
  }

  /** Takes what is stored, once, after a restart; there is nothing before the first refresh ever. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    const [stored, aside] = await Promise.all([
      loadTrusted(this.#config, this.#store),
      this.#store.read('aside'),
    ]);
    if (aside !== undefined) this.#aside.add('off');
    if (stored !== undefined && this.#trusted === undefined) this.#accept(stored);
  }

  /**
   * Asks the origin. The question begins after the call: the answer to an earlier one may be older than the page
   * that asks now. Callers share what has not begun. Never rejects.
   */
  refresh(): Promise<Trusted | undefined> {
    this.#queued ??= this.#refreshing.then(() => {
      this.#queued = undefined;
      const refreshing = this.#refresh();
      this.#refreshing = within(refreshing, refreshLimitMs, undefined);
      return refreshing;
    });
    return this.#queued;
  }

  async #refresh(): Promise<Trusted | undefined> {
    this.#askedMs = performance.now();
    await this.load();
    // The head is asked for first: pages wait for it.
    const refreshing = refreshTrusted(this.#config, this.#store, this.#trusted);
    void isSwitchedOff(this.#config.base).then(
      (isOff) => isOff !== undefined && this.#standAside('off', isOff),
    );
    const result = await refreshing;
    const isRefused = result.kind === 'refused';
    if (isRefused) this.#onRefused(result.reason);
    else {
      this.#trusted = result.trusted;
      if (result.changed) this.#accept(result.trusted);
    }
    this.#isBehind = isRefused && !result.isAway;
    // What is stored stays good, should the head come back.
    this.#standAside('gone', isRefused && result.isGone);
    return this.#trusted;
  }

  #standAside(why: 'gone' | 'off', isAside: boolean): void {
    if (this.#aside.has(why) === isAside) return;
    if (isAside) this.#aside.add(why);
    else this.#aside.delete(why);
    void (this.#aside.size > 0 ? this.#store.write('aside', new Uint8Array()) : this.#store.remove('aside'));
    if (this.#trusted !== undefined) this.#onChange(this.#trusted, this.#catalogs);
  }

  /**
   * What a peer's head is worth, by the same rules; rejects when they refuse it. Nothing is asked of the origin, and
   * nothing that is trusted changes: until the origin itself shows this head, nobody is answered by it. So here the
   * local clock will do.
   */
  async hear(headBytes: Uint8Array<ArrayBuffer>): Promise<HeardHead> {
    await this.load();
    const trusted = this.#trusted;
    if (trusted === undefined || this.mode !== 'on') return { t: 'heard' };
    const { release } = await judge(this.#config, trusted.root, trusted, headBytes, Date.now());
    this.#heard = release.sha256;
    const catalog = await obtainStored(this.#store, releaseAt(this.#config, trusted.root, release));
    return { t: 'heard', release, packs: catalog && packsOf(this.#config.base, [catalog]) };
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
    await this.load();
    const trusted = this.#trusted;
    if (trusted !== undefined && this.mode !== 'on') return undefined;
    const known = this.#pins.get(clientId);
    const pinning = known ?? this.#pin(clientId);
    if (known === undefined) this.#pins.set(clientId, pinning);
    else if (performance.now() - this.#askedMs > checkAgainMs) void this.refresh();
    // A fingerprinted URL means the same bytes in every release: no need to wait for the head.
    if (trusted !== undefined && isListedImmutable(trusted.catalog)) return trusted.catalog;
    const catalog = await within(pinning, headPatienceMs, undefined);
    // Revoked since: the page goes on with what the origin has.
    const isRevoked = (catalog?.release.v ?? 0) < (this.#trusted?.head.floor ?? 0);
    return isRevoked || this.mode !== 'on' ? undefined : catalog;
  }

  async #pin(clientId: string): Promise<Catalog | undefined> {
    // Asked at once: a page that was pinned before this worker started would ask with its next request.
    const refreshing = this.refresh();
    const stored = await this.#storedPin(clientId);
    if (stored !== undefined) return stored;
    const trusted = await refreshing;
    if (trusted === undefined || trusted.stale || this.#isBehind) return undefined;
    return this.#remember(clientId, trusted.catalog);
  }

  /** Written beside: the page must not wait for the disk. */
  #remember(clientId: string, catalog: Catalog): Catalog {
    void this.#store.write(`pin/${clientId}`, utf8(catalog.sha256));
    return catalog;
  }

  /** A worker that a page starts stays on the page's release. */
  inherit(workerId: string, pageId: string): void {
    const pinning = this.#pins.get(pageId);
    if (pinning === undefined) return;
    this.#pins.set(
      workerId,
      pinning.then((catalog) => catalog && this.#remember(workerId, catalog)),
    );
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

  /** Forgets pages that are gone, also in what else is known by client, and documents that nothing names any more. */
  async tidy(...byClient: readonly (Map<string, unknown> | Set<string>)[]): Promise<void> {
    const clients = await scope.clients.matchAll({ includeUncontrolled: true, type: 'all' });
    const alive = new Set(clients.map((client) => client.id));
    for (const known of [this.#pins, ...byClient]) {
      for (const id of known.keys()) if (!alive.has(id)) known.delete(id);
    }
    const head = this.#trusted?.head;
    if (head === undefined) return;
    const named = new Set([
      this.#heard,
      ...alive,
      ...[head.release, ...head.previous, ...this.#catalogs.map(({ release }) => release.layers)].map(
        (ref) => ref.sha256,
      ),
    ]);
    for (const name of await this.#store.names()) {
      const [kind, id] = name.split('/');
      // Pins, releases, layers: by client or digest. Roots are numbered, and stay.
      if (id !== undefined && kind !== 'root' && !named.has(id)) await this.#store.remove(name);
    }
  }
}

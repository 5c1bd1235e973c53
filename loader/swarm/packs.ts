/** All packs of the releases in use, and what the worker says about them. */

import type { PackState, PeerClaims } from '../../protocol/peer-messages.ts';
import type { PackLayout, PackedAsset, WorkerToHost } from '../../protocol/worker-messages.ts';
import { ClaimsMail } from './claims-mail.ts';
import type { ClaimsContext } from './claims.ts';
import { KeptRanges } from './kept-ranges.ts';
import { KeptReader } from './kept-reader.ts';
import { OriginBudget } from './origin-budget.ts';
import { Pack, type PackContext } from './pack.ts';
import { PieceMemory } from './piece-memory.ts';
import { Proving } from './proving.ts';
import { Waste } from './waste.ts';
import { WholeFetches } from './whole-fetches.ts';

/** After a wrong piece others that were asked have so long to bring a good one. */
const doubtMs = 100;

/** An asset in one of its packs. */
export interface Place {
  readonly pack: Pack;
  readonly asset: PackedAsset;
}

export type PacksOptions = Omit<PackContext, 'kept' | 'reader' | 'memory' | 'waste' | 'proving' | 'claims'> &
  Pick<ClaimsContext, 'self' | 'links' | 'search'> & {
    readonly base: string;
    /** Assets of this size are left to HTTP. */
    readonly isLeftOff: (bytes: number) => boolean;
  };

export class Packs {
  readonly #context: PackContext;
  readonly #base: string;
  readonly #isLeftOff: PacksOptions['isLeftOff'];
  readonly #packs = new Map<string, Pack>();
  /** Where an asset stands; more than once when two releases put it into different packs. */
  readonly #places = new Map<string, Place[]>();
  /** Which pack a running want went to. */
  readonly #wanted = new Map<number, Pack>();
  #chunkBytes = 0;
  /** Of a release that peers have told of; the worker does not answer by it yet. */
  #next: readonly PackLayout[] = [];
  #inUse: readonly PackLayout[] = [];
  /** Assets that were in no release before. */
  readonly #news = new Set<string>();
  #loaded: Promise<void> | undefined;
  readonly #mail: ClaimsMail;
  readonly #fetches = new WholeFetches();
  /** When somebody was given something last, or wanted it. */
  wantedMs = -Infinity;

  constructor({ base, isLeftOff, self, links, search, ...context }: PacksOptions) {
    this.#base = base;
    this.#isLeftOff = isLeftOff;
    this.#mail = new ClaimsMail(links);
    const budget = new OriginBudget(() => this.#hasRoom());
    this.#context = {
      ...context,
      post: (message, transfer) => this.#fetches.take(message) || context.post(message, transfer),
      kept: new KeptRanges(),
      reader: new KeptReader(base),
      memory: new PieceMemory(),
      waste: new Waste(),
      proving: new Proving(() => setTimeout(() => this.#leaveToHttp(), doubtMs)),
      claims: { self, links, search, budget, mail: this.#mail },
    };
  }

  /** Messages are handled one after the other: a `want` waits for the `packs` before it. */
  async receive(message: WorkerToHost): Promise<void> {
    if (message.t === 'packs') this.#loaded ??= this.#context.kept.load(this.#base).catch(() => undefined);
    await this.#loaded;
    switch (message.t) {
      case 'packs':
        return this.#replace(message.piece, message.packs);
      case 'want':
        return this.#want(message);
      case 'cancel':
        this.#wanted.get(message.id)?.cancel(message.id);
        this.#wanted.delete(message.id);
        return;
      case 'bad':
        this.#context.reader.forget(message.digest);
        for (const { pack, asset } of this.#of(message.digest))
          pack.bad(asset, message.chunk, this.#chunkBytes);
        return;
      case 'kept':
        this.#context.kept.add(message.digest, message);
        for (const { pack, asset } of this.#of(message.digest)) pack.kept(asset, message);
        return;
      case 'dropped':
        this.#context.kept.drop(message.digest);
        this.#context.reader.forget(message.digest);
        for (const { pack, asset } of this.#of(message.digest)) pack.dropped(asset);
        return;
    }
  }

  /** The next release's packs: what we have of them is given, too. */
  setNext(layouts: readonly PackLayout[]): void {
    this.#next = layouts;
    this.#replace(this.#chunkBytes, this.#inUse);
  }

  /** How many assets later releases have changed, since the first one that we knew. */
  get news(): number {
    return this.#news.size;
  }

  /** What later releases have changed and the cache does not have, as far as it is asked of peers at all. */
  missingNews(): Place[] {
    const places = [...this.#news].flatMap((digest) => this.#of(digest).slice(0, 1));
    const isMissing = ({ digest, size }: PackedAsset): boolean =>
      !this.#context.kept.covers(digest, { from: 0, to: size });
    return places.filter(({ asset }) => asset.size > 0 && isMissing(asset) && !this.#isLeftOff(asset.size));
  }

  /** All of an asset, from peers alone and not checked; `undefined`: they do not give it now. */
  fetchWhole(pack: Pack, asset: PackedAsset): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#fetches.fetch(pack, asset, this.#chunkBytes);
  }

  /** The `.torrent` with this SHA-256, if we have anything to give of its pack. */
  async torrentFile(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const pack = [...this.#packs.values()].find(({ layout }) => layout.torrentSha256 === sha256);
    return pack === undefined || pack.state.state === 'none' ? undefined : pack.openTorrentFile();
  }

  get(infohash: string): Pack | undefined {
    return this.#packs.get(infohash);
  }

  all(): Iterable<Pack> {
    return this.#packs.values();
  }

  /** What a peer says about who fetches what from the origin. */
  hear({ packs }: PeerClaims, from: string): void {
    for (const { infohash, claims } of packs) this.#packs.get(infohash)?.hear(claims, from);
  }

  /** Members are gone that we need not have been connected to. */
  membersLeft(peers: readonly string[]): void {
    for (const pack of this.#packs.values()) for (const peer of peers) pack.memberLeft(peer);
  }

  /**
   * Somebody has lied, and nobody is here who has ever brought a good piece: the worker asks the origin itself for what
   * it wants now. What it wants later is tried with whoever is here then.
   */
  #leaveToHttp(): void {
    const { claims, proving } = this.#context;
    if (claims.links().some(({ open, peer }) => open && proving.isCountedOn(peer))) return;
    for (const pack of this.#packs.values()) pack.refuseWants();
  }

  close(): void {
    this.#mail.close();
    for (const pack of this.#packs.values()) pack.close();
  }

  /** What peers are told: only the packs that we have or want something of. */
  states(): ReadonlyMap<string, PackState> {
    const states = new Map<string, PackState>();
    const gives = this.#context.uploadAllowed();
    for (const [infohash, pack] of this.#packs) {
      // Nobody shall wait for what is not given.
      const state: PackState = gives ? pack.state : { ...pack.state, state: 'none' };
      if (state.state !== 'none' || state.wants) states.set(infohash, state);
    }
    return states;
  }

  /** The worker that wanted them is gone; what it kept or dropped last may not have been heard. */
  workerRestarted(): void {
    this.#wanted.clear();
    this.#loaded = undefined;
    for (const pack of this.#packs.values()) pack.dropWants();
  }

  #replace(chunkBytes: number, inUse: readonly PackLayout[]): void {
    this.#chunkBytes = chunkBytes;
    this.#inUse = inUse;
    // A worker that stands aside names none, and then nothing is shared.
    const layouts = inUse.length === 0 ? [] : [...inUse, ...this.#next];
    const listed = new Set(layouts.map(({ infohash }) => infohash));
    for (const [infohash, pack] of this.#packs) {
      if (listed.has(infohash)) continue;
      pack.close();
      this.#packs.delete(infohash);
    }
    for (const layout of layouts) {
      if (!this.#packs.has(layout.infohash))
        this.#packs.set(layout.infohash, new Pack(layout, this.#context));
    }
    const known = new Set(this.#places.keys());
    this.#places.clear();
    for (const pack of this.#packs.values()) {
      for (const asset of pack.layout.assets) {
        this.#places.set(asset.digest, [...this.#of(asset.digest), { pack, asset }]);
      }
    }
    for (const digest of this.#places.keys()) {
      if (known.size > 0 && !known.has(digest)) this.#news.add(digest);
    }
    this.#context.changed();
  }

  #want({ id, digest, url, chunks, timeoutMs }: WorkerToHost & { readonly t: 'want' }): void {
    this.wantedMs = performance.now();
    const [place] = this.#of(digest);
    if (place === undefined || this.#isLeftOff(place.asset.size))
      return this.#context.post({ t: 'none', id });
    this.#wanted.set(id, place.pack);
    place.pack.want({ id, asset: place.asset, url, chunks, chunkBytes: this.#chunkBytes, timeoutMs });
  }

  #hasRoom(): void {
    for (const pack of this.#packs.values()) pack.reviewClaims();
  }

  #of(digest: string): readonly Place[] {
    return this.#places.get(digest) ?? [];
  }
}

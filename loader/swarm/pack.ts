/** One pack: what the worker wants of it, what we have of it, and the peers' channels for it. */

import { chunkRange, piecesOf, type ByteRange } from '../../policy/pack-layout.ts';
import type { Claim, PackState } from '../../protocol/peer-messages.ts';
import type { HostToWorker, PackLayout, PackedAsset } from '../../protocol/worker-messages.ts';
import type { ChannelStream } from './channel-stream.ts';
import { Claims, type ClaimsContext } from './claims.ts';
import { Interest } from './interest.ts';
import type { KeptRanges } from './kept-ranges.ts';
import type { KeptReader } from './kept-reader.ts';
import { PackContent } from './pack-content.ts';
import type { PieceMemory } from './piece-memory.ts';
import type { Proving } from './proving.ts';
import { Rejections } from './rejections.ts';
import type { TorrentSlot } from './torrent-slot.ts';
import { Wants, type WantRequest } from './wants.ts';
import type { Waste } from './waste.ts';
import type { TorrentClient } from './webtorrent.ts';

/** What all packs share. */
export interface PackContext {
  readonly client: TorrentClient;
  readonly kept: KeptRanges;
  readonly reader: KeptReader;
  readonly memory: PieceMemory;
  readonly waste: Waste;
  readonly proving: Proving;
  post(message: HostToWorker, transfer?: readonly ArrayBuffer[]): void;
  /** The peer sent wrong bytes, beyond doubt. */
  guilty(peer: string): void;
  readonly uploaded: (bytes: number) => void;
  readonly uploadAllowed: () => boolean;
  isConnected(peer: string): boolean;
  readonly claims: ClaimsContext;
  /** Connected peers that have something of the pack. */
  holders(infohash: string): readonly string[];
  /** What we have or want of a pack has changed. */
  changed(): void;
}

export class Pack {
  readonly layout: PackLayout;
  /** Where its `.torrent` is, or is put by whoever had it from a peer and has checked it. */
  readonly slot: TorrentSlot;
  readonly #context: PackContext;
  readonly #content: PackContent;
  readonly #wants: Wants;
  readonly #rejections: Rejections;
  readonly #interest: Interest;
  readonly #claims: Claims;
  /** Where the origin has what was wanted, by digest. */
  readonly #urls = new Map<string, { readonly url: string; readonly chunkBytes: number }>();
  #state: PackState;

  constructor(layout: PackLayout, context: PackContext) {
    this.layout = { ...layout, assets: [...layout.assets].sort((a, b) => a.offset - b.offset) };
    this.#context = context;
    this.#content = new PackContent(this.layout, context, {
      received: (bytes) => this.#claims.received(bytes),
      arrived: (piece) => {
        this.#wants.arrived(piece);
        this.#refreshState();
      },
      changed: () => {
        this.#wants.review();
        this.#claims.review();
        this.#refreshState();
      },
      isFetched: (piece) => this.#claims.isFlying(piece),
      rejected: (piece, bytes) => {
        this.#rejections.add(this.#wants.waitingFor(piece), bytes, `piece ${piece} failed its SHA-1`);
      },
      failed: (why) => {
        this.#wants.refuse();
        context.post({ t: 'failure', code: 'manifest', detail: why });
      },
      isWanted: (piece) => this.#wants.waitingFor(piece).length > 0,
    });
    this.slot = this.#content.slot;
    this.#wants = new Wants({
      pieces: () => this.#content.pieces,
      has: (piece) => this.#content.has(piece),
      isObtainable: (piece) => this.#content.isObtainable(piece) || this.#claims.canFetch(piece),
      isFromOrigin: (piece) => this.#content.isFromOrigin(piece),
      read: (range) => this.#content.read(range),
      select: (pieces) => this.#content.torrent?.select(pieces),
      post: (message, transfer) => context.post(message, transfer),
    });
    this.#claims = new Claims(context.claims, {
      infohash: layout.infohash,
      pieces: () => this.#content.pieces,
      wanted: () => this.#wants.lacking(),
      isHeldByPeer: (piece) =>
        this.#content.torrent?.isHeldByPeer(piece, (peer) => context.proving.isCountedOn(peer)) === true,
      placeOf: (piece) => {
        const asset = this.#content.onlyAssetOf(piece);
        const place = asset && this.#urls.get(asset.digest);
        return asset && place && { asset, ...place };
      },
      chunk: (asset, at, bytes) => this.#wants.ahead(asset, at, bytes),
      bring: (piece, bytes) => this.#content.bring(piece, bytes),
      refused: () => this.#wants.review(),
    });
    this.#rejections = new Rejections({
      infohash: layout.infohash,
      waste: context.waste,
      pieceBytes: () => this.#content.pieces?.pieceBytes,
      post: (message) => context.post(message),
      giveUp: ({ digest }) => this.#wants.refuse(digest),
    });
    this.#interest = new Interest({
      isStillWanted: () => !this.#wants.isEmpty,
      ended: () => this.#refreshState(),
      watch: () => {
        this.#content.torrent?.update();
        this.#claims.review();
      },
    });
    this.#state = this.#stateNow();
  }

  /** What peers are told. */
  get state(): PackState {
    return this.#state;
  }

  /** Number of pieces, once the torrent is open. */
  get pieceCount(): number | undefined {
    return this.#content.torrent?.count;
  }

  want(request: WantRequest): void {
    const { id, asset, url, chunkBytes } = request;
    if (this.#rejections.isSpent(asset)) return this.#context.post({ t: 'none', id });
    if (url !== undefined) this.#urls.set(asset.digest, { url, chunkBytes });
    this.#wants.add(request);
    this.#interest.renew();
    this.#refreshState();
    void this.#content.open();
    if (url !== undefined) this.#claims.renew(asset.digest);
  }

  /** For a peer, who then need not ask the origin for it; `undefined` when it cannot be had now. */
  async openTorrentFile(): Promise<TorrentSlot['file']> {
    await this.#content.open();
    return this.slot.file;
  }

  cancel(id: number): void {
    this.#wants.cancel(id);
    this.#claims.review();
  }

  /** They are left to HTTP. */
  refuseWants(): void {
    this.#wants.refuse();
    this.#claims.review();
  }

  dropWants(): void {
    this.#wants.clear();
    this.#claims.review();
  }

  /** What a peer says about who fetches what from the origin. */
  hear(claims: readonly Claim[], from: string): void {
    if (this.#interest.lasts) this.#claims.hear(claims, from);
  }

  /** There is room for more from the origin. */
  reviewClaims(): void {
    if (!this.#wants.isEmpty) this.#claims.review();
  }

  /** A member that we need not be connected to is gone. */
  memberLeft(peer: string): void {
    this.#claims.peerLeft(peer);
  }

  /** Takes a channel to a peer once the torrent is open. */
  async addStream(stream: ChannelStream): Promise<void> {
    const torrent = await this.#content.open();
    if (torrent === undefined || stream.destroyed || !torrent.addPeer(stream)) stream.destroy();
    else stream.admit();
  }

  /** Connected peers, or what they say they have, have changed. */
  peersChanged(): void {
    this.#wants.review();
    this.#claims.review();
  }

  peerLeft(peer: string, isGuilty: boolean): void {
    this.#content.peerLeft(peer, isGuilty);
    this.#claims.peerLeft(peer);
    this.#wants.review();
  }

  /** These bytes of an asset are in the verified cache now. */
  kept({ offset, size }: PackedAsset, { from, to }: ByteRange): void {
    const { pieces } = this.#content;
    const range = { from: offset + from, to: offset + Math.min(to, size) };
    if (pieces !== undefined) this.#content.markKept(piecesOf(range, pieces));
    this.#refreshState();
  }

  /** What is known of the cache is new altogether. */
  recheckKept(): void {
    this.#content.recheckKept();
    this.#refreshState();
  }

  /** The asset is no longer in the cache. */
  dropped(asset: PackedAsset): void {
    this.#content.dropped(asset);
    this.#refreshState();
  }

  /** The worker found a chunk wrong although its pieces passed their SHA-1. */
  bad(asset: PackedAsset, chunk: number, chunkBytes: number): void {
    const { pieces } = this.#content;
    const range = chunkRange(asset, chunk, chunkBytes);
    if (pieces === undefined || range === undefined) return;
    this.#rejections.add([asset], range.to - range.from, `chunk ${chunk} does not match the release`);
    this.#content.wrong(piecesOf(range, pieces));
  }

  applyUploadAllowed(): void {
    this.#content.torrent?.applyUploadAllowed();
  }

  close(): void {
    this.#wants.clear();
    this.#interest.end();
    this.#claims.close();
    this.#content.close();
  }

  #refreshState(): void {
    const before = this.#state;
    this.#state = this.#stateNow();
    if (before.state !== this.#state.state || before.wants !== this.#state.wants) this.#context.changed();
  }

  #stateNow(): PackState {
    const { infohash } = this.layout;
    return { infohash, state: this.#content.holding, wants: this.#interest.lasts };
  }
}

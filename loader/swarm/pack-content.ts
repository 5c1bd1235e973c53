/**
 * The pieces of one pack: its torrent (opened only when it is needed), where its bytes are (memory or
 * the verified cache), and who brought them.
 */

import { pieceRange, piecesOf, segmentsOf, type ByteRange, type Pieces } from '../../policy/pack-layout.ts';
import type { PackState } from '../../protocol/peer-messages.ts';
import type { PackLayout, PackedAsset } from '../../protocol/worker-messages.ts';
import { isPieceKept, KeptState } from './coverage.ts';
import { Ledger } from './ledger.ts';
import type { PackContext } from './pack.ts';
import { PieceStore, sha1Hex } from './piece-store.ts';
import { TorrentSlot } from './torrent-slot.ts';
import type { OpenTorrent, TorrentWatcher } from './webtorrent.ts';

export interface PackContentEvents {
  /** A peer has sent a part of a piece. */
  received(bytes: number): void;
  /** The piece is held now. */
  arrived(piece: number): void;
  /** What is held, or what peers can give, may have become less, or is known for the first time. */
  changed(): void;
  /** The piece failed its SHA-1. */
  rejected(piece: number, bytes: number): void;
  /** The torrent cannot be opened. */
  failed(why: string): void;
  isWanted(piece: number): boolean;
  /** We are fetching it from the origin ourselves. */
  isFetched(piece: number): boolean;
}

export class PackContent {
  /** Its assets ascend by offset. */
  readonly #layout: PackLayout;
  readonly #context: PackContext;
  readonly #events: PackContentEvents;
  readonly #ledger: Ledger;
  readonly #store: PieceStore;
  readonly slot: TorrentSlot;
  readonly #keptState: KeptState;
  readonly #fromOrigin = new Set<number>();

  constructor(layout: PackLayout, context: PackContext, events: PackContentEvents) {
    this.#layout = layout;
    this.#context = context;
    this.#events = events;
    this.#keptState = new KeptState(layout.assets, context.kept);
    this.#ledger = new Ledger(layout.infohash, context.proving, {
      guilty: (peer) => context.guilty(peer),
      takeOver: (piece, from) => this.torrent?.takeOver(piece, from),
      restart: (piece) => this.torrent?.markMissing(piece),
    });
    const owner = {
      pieces: () => this.pieces,
      hashOf: (piece: number) => this.torrent?.hashOf(piece),
      brought: (piece: number) => this.#ledger.passed(piece),
      lost: (piece: number) => this.#lost(piece),
      givesUp: (piece: number) => this.#givesUp(piece),
    };
    this.#store = new PieceStore(layout, owner, context.memory, context.reader);
    this.slot = new TorrentSlot(layout, context.client, {
      opened: () => {
        this.recheckKept();
        events.changed();
      },
      failed: (why) => events.failed(why),
    });
  }

  get torrent(): OpenTorrent | undefined {
    return this.slot.torrent;
  }

  get pieces(): Pieces | undefined {
    return this.torrent?.pieces;
  }

  get holding(): PackState['state'] {
    return this.torrent?.holding ?? this.#keptState.state;
  }

  /** `undefined` when the torrent cannot be had now. */
  open(): Promise<OpenTorrent | undefined> {
    return this.slot.open(this.#store, this.#watcher());
  }

  close(): void {
    this.slot.close();
  }

  has(piece: number): boolean {
    return this.torrent?.has(piece) ?? false;
  }

  read(range: ByteRange): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#store.read(range);
  }

  /** Somebody connected has the piece, or may turn out to. Before the torrent is open: of any piece. */
  isObtainable(piece: number): boolean {
    const holders = this.#context.holders(this.#layout.infohash);
    const { torrent } = this;
    if (torrent === undefined) return holders.length > 0;
    if (torrent.isHeldByPeer(piece)) return true;
    const { knownPeers } = torrent;
    return holders.some((peer) => !knownPeers.has(peer));
  }

  /** The asset whose bytes alone, from the start of a piece, make up this one. */
  onlyAssetOf(piece: number): PackedAsset | undefined {
    const { pieces } = this;
    if (pieces === undefined) return undefined;
    const [first, second] = segmentsOf(pieceRange(piece, pieces), this.#layout.assets);
    const isAlone = first !== undefined && second === undefined;
    return isAlone && first.asset.offset % pieces.pieceBytes === 0 ? first.asset : undefined;
  }

  /** Takes a whole piece that the origin sent. `false`: it is not the right one. */
  async bring(piece: number, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const digest = await sha1Hex(bytes);
    const { torrent } = this;
    if (torrent === undefined || digest !== torrent.hashOf(piece)) return false;
    if (torrent.has(piece)) return true;
    this.#ledger.settled(piece);
    this.#fromOrigin.add(piece);
    this.#store.keep(piece, bytes);
    torrent.markHeld([piece]);
    return true;
  }

  isFromOrigin(piece: number): boolean {
    return this.#fromOrigin.has(piece);
  }

  /** `isGuilty`: what it sent of unfinished pieces is thrown away. */
  peerLeft(peer: string, isGuilty: boolean): void {
    this.#ledger.left(peer, isGuilty);
  }

  /** Takes pieces for held that the verified cache covers; they need no memory then. */
  markKept(candidates: readonly number[]): void {
    const { torrent } = this;
    if (torrent === undefined) return;
    const kept = candidates.filter((piece) => this.#isKept(piece, torrent.pieces));
    for (const piece of kept) this.#store.forget(piece);
    torrent.markHeld(kept);
  }

  recheckKept(): void {
    this.#keptState.lookAgain();
    this.markKept(Array.from({ length: this.torrent?.count ?? 0 }, (_, piece) => piece));
  }

  /** The asset is no longer in the cache: what is not in memory is lost. */
  dropped({ offset, size }: PackedAsset): void {
    this.#keptState.lookAgain();
    if (this.pieces === undefined) return;
    for (const piece of piecesOf({ from: offset, to: offset + size }, this.pieces)) {
      if (this.has(piece) && !this.#store.isBrought(piece)) this.#lose(piece);
    }
  }

  /** These pieces passed their SHA-1 and are wrong all the same. */
  wrong(pieces: readonly number[]): void {
    for (const piece of pieces) this.#lose(piece);
    this.#ledger.wrong(pieces);
  }

  #watcher(): TorrentWatcher {
    const { uploaded, uploadAllowed } = this.#context;
    return {
      uploaded,
      uploadAllowed,
      // A wire outlives its connection by a moment; a piece must not go to it any more.
      mayRequest: (piece, peer) =>
        this.#context.isConnected(peer) &&
        !this.#events.isFetched(piece) &&
        this.#ledger.mayRequest(piece, peer),
      requested: (piece, peer) => this.#ledger.requested(piece, peer),
      received: (piece, block, bytes, peer) => {
        this.#ledger.received(piece, block, { sender: peer, bytes });
        this.#events.received(bytes.length);
      },
      verified: (piece) => this.#events.arrived(piece),
      rejected: (piece) => this.#rejected(piece),
      holdersChanged: () => this.#events.changed(),
      broken: () => {
        this.slot.broke();
        this.#events.changed();
      },
    };
  }

  #rejected(piece: number): void {
    if (this.pieces === undefined) return;
    const { from, to } = pieceRange(piece, this.pieces);
    this.#events.rejected(piece, to - from);
    this.#ledger.failed(piece);
    this.torrent?.update();
  }

  #isKept(piece: number, pieces: Pieces): boolean {
    return isPieceKept(piece, pieces, this.#layout.assets, this.#context.kept);
  }

  /** The cache does not have what it was thought to have: nothing of these assets is offered any more. */
  #lost(piece: number): void {
    if (this.pieces === undefined) return;
    this.#lose(piece);
    for (const { asset } of segmentsOf(pieceRange(piece, this.pieces), this.#layout.assets)) {
      this.#context.kept.drop(asset.digest);
      this.dropped(asset);
    }
  }

  #lose(piece: number): void {
    this.#fromOrigin.delete(piece);
    this.#store.forget(piece);
    this.torrent?.markMissing(piece);
    this.#events.changed();
  }

  /** Memory is short: a piece goes that the cache has too, or that nobody here wants. */
  #givesUp(piece: number): boolean {
    if (this.pieces === undefined || this.#isKept(piece, this.pieces)) return true;
    if (this.#events.isWanted(piece)) return false;
    queueMicrotask(() => this.#lose(piece));
    return true;
  }
}

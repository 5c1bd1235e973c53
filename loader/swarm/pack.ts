/**
 * One pack: its torrent (opened only when the worker wants pieces, or a peer wants what we have), the
 * wants on it, and what of it we can give.
 */

import { wasteLimitBytes } from '../../policy/attribution.ts';
import {
  chunkRange,
  pieceRange,
  piecesOf,
  segmentsOf,
  type ByteRange,
  type Pieces,
} from '../../policy/pack-layout.ts';
import type { PackState } from '../../protocol/peer-messages.ts';
import type { HostToWorker, PackLayout, PackedAsset } from '../../protocol/worker-messages.ts';
import type { ChannelStream } from './channel-stream.ts';
import type { KeptRanges } from './kept-ranges.ts';
import type { KeptReader } from './kept-reader.ts';
import { Ledger } from './ledger.ts';
import type { PieceMemory } from './piece-memory.ts';
import { PieceStore } from './piece-store.ts';
import { fetchTorrentFile } from './torrent-file.ts';
import { Wants, type WantRequest } from './wants.ts';
import type { OpenTorrent, TorrentClient, TorrentWatcher } from './webtorrent.ts';

/** A pack stays `wanted` for so long after its last want, so that channels do not come and go. */
const lingerMs = 20_000;
/** While something is wanted, silent owners of pieces are looked for this often. */
const watchMs = 1_000;

/** What all packs share. */
export interface PackContext {
  readonly client: TorrentClient;
  readonly kept: KeptRanges;
  readonly reader: KeptReader;
  readonly memory: PieceMemory;
  /** Wrong bytes so far, by asset; outlives the pack. */
  readonly wastedBytes: Map<string, number>;
  post(message: HostToWorker, transfer?: readonly ArrayBuffer[]): void;
  guilty(peer: string): void;
  uploaded(bytes: number): void;
  uploadAllowed(): boolean;
  /** Connected peers that have something of the pack. */
  holders(infohash: string): readonly string[];
  /** What we have or want of the pack has changed. */
  changed(): void;
}

export class Pack {
  readonly layout: PackLayout;
  readonly #context: PackContext;
  readonly #store: PieceStore;
  readonly #wants: Wants;
  readonly #ledger: Ledger;
  #torrent: OpenTorrent | undefined;
  #opening: Promise<OpenTorrent | undefined> | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #state: PackState;
  #closed = false;

  constructor(layout: PackLayout, context: PackContext) {
    this.layout = { ...layout, assets: [...layout.assets].sort((a, b) => a.offset - b.offset) };
    this.#context = context;
    this.#ledger = new Ledger({
      guilty: (peer) => context.guilty(peer),
      takeOver: (piece, from) => this.#torrent?.takeOver(piece, from),
      restart: (piece) => this.#torrent?.markMissing(piece),
    });
    const owner = {
      pieces: () => this.pieces,
      hashOf: (piece: number) => this.#torrent?.hashOf(piece),
      brought: (piece: number) => this.#ledger.passed(piece),
      lost: (piece: number) => this.#lost(piece),
      givesUp: (piece: number) => this.#givesUp(piece),
    };
    this.#store = new PieceStore(this.layout, owner, context.memory, context.reader);
    this.#wants = new Wants({
      pieces: () => this.pieces,
      has: (piece) => this.#torrent?.has(piece) ?? false,
      isObtainable: (piece) => this.#isObtainable(piece),
      read: (range) => this.#store.read(range),
      select: (pieces) => this.#torrent?.select(pieces),
      post: (message, transfer) => context.post(message, transfer),
    });
    this.#state = this.#stateNow();
  }

  /** What peers are told. */
  get state(): PackState {
    return this.#state;
  }

  /** Number of pieces, once the torrent is open. */
  get pieceCount(): number | undefined {
    return this.#torrent?.count;
  }

  get pieces(): Pieces | undefined {
    return this.#torrent?.pieces;
  }

  want(request: WantRequest): void {
    if (this.#isWasted(request.asset)) return this.#context.post({ t: 'none', id: request.id });
    this.#wants.add(request);
    this.#keepWanting();
    void this.#open();
  }

  cancel(id: number): void {
    this.#wants.cancel(id);
  }

  dropWants(): void {
    this.#wants.clear();
  }

  /** Takes a channel to a peer once the torrent is open. */
  async addStream(stream: ChannelStream): Promise<void> {
    const torrent = await this.#open();
    if (torrent === undefined || stream.destroyed || !torrent.addPeer(stream)) stream.destroy();
    else stream.admit();
  }

  /** Connected peers, or what they have, have changed. */
  peersChanged(): void {
    this.#wants.review();
  }

  peerLeft(peer: string): void {
    this.#ledger.left(peer);
    this.#wants.review();
  }

  /** These bytes of an asset are in the verified cache now. */
  kept(asset: PackedAsset, { from, to }: ByteRange): void {
    const torrent = this.#torrent;
    if (torrent !== undefined) {
      const range = { from: asset.offset + from, to: asset.offset + Math.min(to, asset.size) };
      const covered = piecesOf(range, torrent.pieces).filter((piece) =>
        this.#isCovered(piece, torrent.pieces),
      );
      for (const piece of covered) this.#store.forget(piece);
      torrent.markHeld(covered);
    }
    this.#refreshState();
  }

  /** The asset is no longer in the cache. */
  dropped(asset: PackedAsset): void {
    const torrent = this.#torrent;
    if (torrent !== undefined) {
      const range = { from: asset.offset, to: asset.offset + asset.size };
      for (const piece of piecesOf(range, torrent.pieces)) {
        if (torrent.has(piece) && !this.#store.isBrought(piece)) this.#lose(piece);
      }
    }
    this.#refreshState();
  }

  /** The worker found a chunk wrong although its pieces passed their SHA-1. */
  bad(asset: PackedAsset, chunk: number, chunkBytes: number): void {
    const torrent = this.#torrent;
    const range = chunkRange(asset, chunk, chunkBytes);
    if (torrent === undefined || range === undefined) return;
    const pieces = piecesOf(range, torrent.pieces);
    for (const piece of pieces) this.#lose(piece);
    this.#reject([asset], range.to - range.from, `chunk ${chunk} does not match the release`);
    this.#ledger.wrong(pieces);
  }

  applyUploadAllowed(): void {
    this.#torrent?.applyUploadAllowed();
  }

  close(): void {
    this.#closed = true;
    this.#wants.clear();
    clearTimeout(this.#linger);
    clearInterval(this.#watch);
    this.#torrent?.close();
    this.#torrent = undefined;
  }

  #open(): Promise<OpenTorrent | undefined> {
    this.#opening ??= this.#openNow().then((torrent) => {
      // A later want may try again.
      if (torrent === undefined) this.#opening = undefined;
      return torrent;
    });
    return this.#opening;
  }

  async #openNow(): Promise<OpenTorrent | undefined> {
    const file = await fetchTorrentFile(this.layout);
    if (this.#closed) return undefined;
    if (file === undefined) return this.#cannotOpen('the .torrent cannot be had, or is not the signed one');
    const watcher = this.#watcher();
    const torrent = await this.#context.client.open(file, this.#store, watcher).catch(() => undefined);
    if (torrent?.infohash !== this.layout.infohash || this.#closed) {
      torrent?.close();
      return this.#cannotOpen('the .torrent is of another pack');
    }
    this.#torrent = torrent;
    const all = Array.from({ length: torrent.count }, (_, piece) => piece);
    torrent.markHeld(all.filter((piece) => this.#isCovered(piece, torrent.pieces)));
    this.#wants.review();
    return torrent;
  }

  #cannotOpen(why: string): undefined {
    for (const { digest } of this.layout.assets) this.#wants.refuse(digest);
    this.#context.post({ t: 'failure', code: 'manifest', detail: `pack ${this.layout.infohash}: ${why}` });
  }

  #watcher(): TorrentWatcher {
    return {
      mayRequest: (piece, peer) => this.#ledger.mayRequest(piece, peer),
      requested: (piece, peer) => this.#ledger.requested(piece, peer),
      received: (piece, block, bytes, peer) => this.#ledger.received(piece, block, { sender: peer, bytes }),
      verified: (piece) => {
        this.#wants.arrived(piece);
        this.#refreshState();
      },
      rejected: (piece) => this.#rejected(piece),
      holdersChanged: () => this.#wants.review(),
      uploaded: (bytes) => this.#context.uploaded(bytes),
      uploadAllowed: () => this.#context.uploadAllowed(),
      broken: () => {
        this.#torrent = undefined;
        this.#opening = undefined;
        this.#wants.review();
      },
    };
  }

  #isObtainable(piece: number): boolean {
    const holders = this.#context.holders(this.layout.infohash);
    const torrent = this.#torrent;
    if (torrent === undefined) return holders.length > 0;
    if (torrent.isHeldByPeer(piece)) return true;
    const { knownPeers } = torrent;
    return holders.some((peer) => !knownPeers.has(peer));
  }

  #isCovered(piece: number, pieces: Pieces): boolean {
    const segments = segmentsOf(pieceRange(piece, pieces), this.layout.assets);
    return segments.every(({ asset, from, to }) => this.#context.kept.covers(asset.digest, { from, to }));
  }

  /** The cache no longer has what it was thought to have. */
  #lost(piece: number): void {
    const { pieces } = this;
    if (pieces === undefined) return;
    for (const { asset } of segmentsOf(pieceRange(piece, pieces), this.layout.assets)) {
      this.#context.kept.drop(asset.digest);
    }
    this.#lose(piece);
  }

  #lose(piece: number): void {
    this.#store.forget(piece);
    this.#torrent?.markMissing(piece);
    this.#wants.review();
    this.#refreshState();
  }

  /** Memory is short: a piece goes that the cache has too, or that nobody here wants. */
  #givesUp(piece: number): boolean {
    const { pieces } = this;
    if (pieces === undefined || this.#isCovered(piece, pieces)) return true;
    if (this.#wants.waitingFor(piece).length > 0) return false;
    queueMicrotask(() => this.#lose(piece));
    return true;
  }

  #rejected(piece: number): void {
    const { pieces } = this;
    if (pieces === undefined) return;
    const { from, to } = pieceRange(piece, pieces);
    this.#reject(this.#wants.waitingFor(piece), to - from, `piece ${piece} failed its SHA-1`);
    this.#ledger.failed(piece);
    this.#torrent?.update();
  }

  #reject(assets: readonly PackedAsset[], bytes: number, detail: string): void {
    const [first] = assets;
    this.#context.post({
      t: 'failure',
      code: 'swarm-bad-bytes',
      detail: `pack ${this.layout.infohash}: ${detail}`,
      rejectedBytes: bytes,
      ...(first === undefined ? {} : { digest: first.digest }),
    });
    const { wastedBytes } = this.#context;
    for (const asset of assets) {
      wastedBytes.set(asset.digest, (wastedBytes.get(asset.digest) ?? 0) + bytes);
      if (this.#isWasted(asset)) this.#wants.refuse(asset.digest);
    }
  }

  #isWasted(asset: PackedAsset): boolean {
    const wasted = this.#context.wastedBytes.get(asset.digest) ?? 0;
    return wasted > wasteLimitBytes(asset.size, this.pieces?.pieceBytes ?? asset.size);
  }

  #keepWanting(): void {
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      if (!this.#wants.isEmpty) return this.#keepWanting();
      this.#linger = undefined;
      clearInterval(this.#watch);
      this.#watch = undefined;
      this.#refreshState();
    }, lingerMs);
    this.#watch ??= setInterval(() => this.#torrent?.update(), watchMs);
    this.#refreshState();
  }

  #refreshState(): void {
    const before = this.#state;
    this.#state = this.#stateNow();
    if (before.state !== this.#state.state || before.wants !== this.#state.wants) this.#context.changed();
  }

  #stateNow(): PackState {
    return { infohash: this.layout.infohash, state: this.#holding(), wants: this.#linger !== undefined };
  }

  #holding(): PackState['state'] {
    const torrent = this.#torrent;
    if (torrent !== undefined) return torrent.holding;
    const { assets } = this.layout;
    const { kept } = this.#context;
    if (!assets.some(({ digest }) => kept.hasAny(digest))) return 'none';
    const isWhole = assets.every(({ digest, size }) => kept.covers(digest, { from: 0, to: size }));
    return isWhole ? 'whole' : 'part';
  }
}

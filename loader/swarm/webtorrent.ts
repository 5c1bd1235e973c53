/**
 * The only file that knows WebTorrent: torrents from bytes, peers by stream, pieces by number.
 * WebTorrent decides which peer is asked for which block and speaks the wire; everything around it
 * (connections, stores, who may be asked, what is wanted) is ours.
 */

import type { Duplex } from 'streamx';
import WebTorrent, { type Store, type Torrent, type Wire } from 'webtorrent';
import { Haves } from './haves.ts';
import { pieceCount, runsOf, type Pieces } from '../../policy/pack-layout.ts';
import { limitRequests, requestsLimit } from './limit-requests.ts';
import { RequestWindows } from './request-windows.ts';
import type { TorrentWatcher } from './torrent-watcher.ts';

export type { Store } from 'webtorrent';
export type { TorrentWatcher } from './torrent-watcher.ts';

const blockBytes = 16 * 1024;

/** WebTorrent would open its window by the measured speed; request-windows.ts does it by how long answers take. */
const speedBytesPerSecond = 1e9;

/** All torrents of this page. */
export class TorrentClient {
  readonly #client: WebTorrent;
  readonly #windows = new RequestWindows();

  /** `peerId`: 40 hex digits. `uploadBytesPerSecond`: 0 is unlimited. */
  constructor(peerId: string, uploadBytesPerSecond: number) {
    this.#client = new WebTorrent({
      peerId,
      tracker: false,
      dht: false,
      lsd: false,
      utPex: false,
      natUpnp: false,
      natPmp: false,
      webSeeds: false,
      uploadLimit: uploadBytesPerSecond === 0 ? -1 : uploadBytesPerSecond,
    });
    // Errors of one torrent reach its watcher; there is nothing else that the client could report.
    this.#client.on('error', () => undefined);
  }

  /** Opens a torrent from the bytes of its `.torrent`; nothing is selected, nothing is held. */
  open(file: Uint8Array, store: Store, watcher: TorrentWatcher): Promise<OpenTorrent> {
    return new Promise((resolve, reject) => {
      const torrent = this.#client.add(file, {
        deselect: true,
        preloadedStore: store,
        storeCacheSlots: 0,
        uploads: 64,
        alwaysChokeSeeders: false,
        noPeersIntervalTime: 24 * 60 * 60,
        announce: [],
      });
      torrent.on('error', (error) => {
        reject(error);
        watcher.broken(error);
      });
      torrent.once('ready', () => resolve(new OpenTorrent(torrent, watcher, this.#windows)));
    });
  }

  stop(): void {
    this.#client.destroy();
  }
}

/** A torrent that is ready. */
export class OpenTorrent {
  readonly infohash: string;
  readonly pieces: Pieces;
  readonly count: number;
  readonly #torrent: Torrent;
  readonly #watcher: TorrentWatcher;
  readonly #windows: RequestWindows;
  readonly #haves = new Haves();
  /** Wires whose bitfield has arrived, and every other one, by peer. */
  readonly #wires = new Map<Wire, { readonly peer: string; known: boolean }>();
  /** Pieces of which a block was asked for, with WebTorrent's object for the attempt. */
  readonly #attempts = new Map<number, unknown>();

  constructor(torrent: Torrent, watcher: TorrentWatcher, windows: RequestWindows) {
    this.#torrent = torrent;
    this.#watcher = watcher;
    this.#windows = windows;
    this.infohash = torrent.infoHash;
    this.pieces = { length: torrent.length, pieceBytes: torrent.pieceLength };
    this.count = pieceCount(this.pieces);
    torrent.on('wire', (wire, address) => this.#onWire(wire, address ?? ''));
    torrent.on('verified', (piece) => {
      this.#attempts.delete(piece);
      watcher.verified(piece);
    });
    // A piece that fails its SHA-1 is announced by a warning, and its attempt is replaced.
    torrent.on('warning', () => this.#findRejected());
    this.#guardRequests();
  }

  has(piece: number): boolean {
    return this.#torrent.bitfield.get(piece);
  }

  /** How much of the torrent is held. */
  get holding(): 'whole' | 'part' | 'none' {
    let held = 0;
    for (let piece = 0; piece < this.count; piece++) if (this.has(piece)) held++;
    if (held === 0) return 'none';
    return held === this.count ? 'whole' : 'part';
  }

  /** SHA-1 of a piece, hex. */
  hashOf(piece: number): string | undefined {
    return this.#torrent._hashes[piece];
  }

  /** Peers whose pieces are known. */
  get knownPeers(): ReadonlySet<string> {
    return new Set([...this.#wires.values()].filter(({ known }) => known).map(({ peer }) => peer));
  }

  /** Whether some connected peer, of those that count, says that it has the piece. */
  isHeldByPeer(piece: number, counts: (peer: string) => boolean = () => true): boolean {
    return [...this.#wires].some(([wire, { peer }]) => wire.peerPieces.get(piece) && counts(peer));
  }

  /** Downloads exactly these pieces, in this order; replaces the last selection. */
  select(pieces: readonly number[]): void {
    this.#torrent.deselect(0, this.count - 1);
    for (const [from, to] of runsOf(pieces)) this.#torrent.select(from, to, 1);
  }

  /** The piece's bytes can be read from the store: peers may have it. */
  markHeld(pieces: readonly number[]): void {
    const fresh = pieces.filter((piece) => !this.has(piece));
    for (const piece of fresh) {
      this.#torrent._markVerified(piece);
      for (const wire of this.#torrent.wires) wire.have(piece);
    }
    if (fresh.length > 0) this.#torrent._checkDone();
  }

  /** The piece can no longer be read, or must come again. */
  markMissing(piece: number): void {
    if (this.has(piece)) for (const wire of this.#torrent.wires) wire.lt_donthave.donthave(piece);
    this.#attempts.delete(piece);
    this.#torrent._markUnverified(piece);
  }

  /** Takes a connected, or connecting, stream to a peer; the torrent closes it when it is done with it. */
  addPeer(stream: Duplex): boolean {
    return this.#torrent.addPeer(stream, 'shoal');
  }

  /** Asks again who may be asked for what. */
  update(): void {
    this.#torrent._update();
  }

  applyUploadAllowed(): void {
    for (const wire of this.#torrent.wires) {
      if (!this.#watcher.uploadAllowed()) wire.choke();
      else if (wire.peerInterested) wire.unchoke();
    }
  }

  close(): void {
    if (!this.#torrent.destroyed) this.#torrent.destroy();
  }

  #onWire(wire: Wire, address: string): void {
    const peer = address.split(':')[0] ?? '';
    const entry = { peer, known: false };
    this.#wires.set(wire, entry);
    const known = (): void => {
      entry.known = true;
      this.#watcher.holdersChanged();
    };
    wire.on('bitfield', known).on('have-all', known).on('have-none', known);
    wire.lt_donthave.on('donthave', known);
    this.#haves.take(wire, (piece) => this.has(piece));
    wire.on('upload', (bytes) => this.#watcher.uploaded(bytes));
    const closed = this.#windows.open(peer);
    wire.once('close', () => {
      closed();
      this.#wires.delete(wire);
      this.#watcher.holdersChanged();
    });
    const { unchoke, downloadSpeed, request } = wire;
    wire.unchoke = () => (this.#watcher.uploadAllowed() ? unchoke.call(wire) : undefined);
    wire.extendedHandshake.reqq = requestsLimit;
    wire.downloadSpeed = (bytes) => Math.max(downloadSpeed(bytes), speedBytesPerSecond);
    // Without being asked: a round trip less until the first block. Not before the bitfield, which comes first.
    setTimeout(() => wire.unchoke());
    limitRequests(wire, () => Math.floor(this.#windows.mayAskBytes(peer) / blockBytes));
    // Without it WebTorrent would first ask for one block alone to see whether the wire works.
    wire.downloaded = 1;
    wire.request = (piece, offset, length, done) => {
      const attempt = this.#torrent.pieces[piece];
      this.#attempts.set(piece, attempt);
      this.#watcher.requested(piece, peer);
      const answered = this.#windows.ask(peer, length);
      request.call(wire, piece, offset, length, (error, block) => {
        answered(error === null);
        if (error === null && block !== null && this.#torrent.pieces[piece] === attempt) {
          this.#watcher.received(piece, Math.floor(offset / blockBytes), block, peer);
        }
        done(error, block);
      });
    };
  }

  /** Gives a piece to one peer at a time, and lets nobody take blocks over but by the watcher's word. */
  #guardRequests(): void {
    const torrent = this.#torrent;
    const { _request } = torrent;
    torrent._request = (wire, piece) => {
      const peer = this.#wires.get(wire)?.peer;
      if (peer === undefined || !this.#watcher.mayRequest(piece, peer)) return false;
      return _request.call(torrent, wire, piece, false);
    };
  }

  /** Frees the blocks of a piece that were asked of a silent peer, so that others can be asked. */
  takeOver(piece: number, from: string): void {
    for (const [wire, { peer }] of this.#wires) {
      if (peer !== from) continue;
      for (const request of wire.requests) {
        if (request.piece === piece)
          this.#torrent.pieces[piece]?.cancel(Math.floor(request.offset / blockBytes));
      }
    }
  }

  #findRejected(): void {
    for (const [piece, attempt] of this.#attempts) {
      if (this.has(piece) || this.#torrent.pieces[piece] === attempt) continue;
      this.#attempts.delete(piece);
      this.#watcher.rejected(piece);
    }
  }
}

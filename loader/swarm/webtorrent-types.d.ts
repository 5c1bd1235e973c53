/**
 * The few types of WebTorrent 3.0.21 and streamx 2.28 that the engine uses; neither package has its own.
 * Members that start with `_` are private to WebTorrent: the version is pinned for their sake, and
 * only `webtorrent.ts` touches them (docs/decisions: "WebTorrent's private pieces").
 */

declare module 'streamx' {
  export class Duplex {
    constructor(options?: { readonly highWaterMark?: number });
    readonly destroyed: boolean;
    readonly destroying: boolean;
    push(bytes: Uint8Array | null): boolean;
    destroy(error?: Error): void;
    once(event: 'close' | 'connect' | 'error', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    emit(event: 'connect'): boolean;
    _write(bytes: Uint8Array, done: (error: Error | null) => void): void;
    _writev(parts: readonly Uint8Array[], done: (error: Error | null) => void): void;
    _destroy(done: (error: Error | null) => void): void;
  }
}

declare module 'webtorrent' {
  import type { Duplex } from 'streamx';

  interface Bits {
    get(index: number): boolean;
    readonly buffer: Uint8Array;
  }

  export interface WireRequest {
    readonly piece: number;
    readonly offset: number;
  }

  type RequestCallback = (error: Error | null, block: Uint8Array | null) => void;

  /** bittorrent-protocol 5.0.9. */
  export interface Wire {
    readonly type: string;
    readonly destroyed: boolean;
    readonly peerPieces: Bits;
    readonly peerInterested: boolean;
    readonly requests: readonly WireRequest[];
    readonly extendedHandshake: { reqq?: number };
    /** As the peer sent it. */
    peerExtendedHandshake: { readonly reqq?: unknown };
    readonly lt_donthave: {
      donthave(piece: number): void;
      on(event: 'donthave', listener: (piece: number) => void): void;
    };
    downloaded: number;
    downloadSpeed: (bytes?: number) => number;
    request: (piece: number, offset: number, length: number, done: RequestCallback) => void;
    choke: () => void;
    unchoke: () => void;
    have(piece: number): void;
    destroy(): void;
    on(event: 'bitfield' | 'have-all' | 'have-none', listener: () => void): this;
    on(event: 'upload', listener: (bytes: number) => void): this;
    once(event: 'close', listener: () => void): this;
  }

  export interface Store {
    put(piece: number, bytes: Uint8Array, done: (error?: Error | null) => void): void;
    get(
      piece: number,
      options: { readonly offset?: number; readonly length?: number } | null,
      done: (error: Error | null, bytes?: Uint8Array) => void,
    ): void;
    close(done: () => void): void;
    destroy(done: () => void): void;
  }

  /** torrent-piece 4.0.1. */
  interface Piece {
    cancel(block: number): void;
  }

  export interface Torrent {
    readonly infoHash: string;
    readonly length: number;
    readonly pieceLength: number;
    readonly ready: boolean;
    readonly destroyed: boolean;
    readonly wires: readonly Wire[];
    readonly bitfield: Bits;
    /** `null` where the piece is held. */
    readonly pieces: readonly (Piece | null)[];
    readonly _hashes: readonly string[];
    _request: (wire: Wire, piece: number, hotswap: boolean) => boolean;
    _markVerified(piece: number): void;
    _markUnverified(piece: number): void;
    _checkDone(): boolean;
    _update(): void;
    select(from: number, to: number, priority: number): void;
    deselect(from: number, to: number): void;
    addPeer(peer: Duplex, source: string): boolean;
    destroy(): void;
    once(event: 'ready' | 'close', listener: () => void): this;
    on(event: 'wire', listener: (wire: Wire, address: string | null) => void): this;
    on(event: 'verified', listener: (piece: number) => void): this;
    on(event: 'warning' | 'error', listener: (error: Error) => void): this;
  }

  export interface ClientOptions {
    readonly peerId: string;
    readonly tracker: false;
    readonly dht: false;
    readonly lsd: false;
    readonly utPex: false;
    readonly natUpnp: false;
    readonly natPmp: false;
    readonly webSeeds: false;
    readonly uploadLimit: number;
  }

  export interface TorrentOptions {
    readonly deselect: true;
    readonly preloadedStore: Store;
    readonly storeCacheSlots: 0;
    readonly uploads: number;
    readonly alwaysChokeSeeders: false;
    readonly noPeersIntervalTime: number;
    readonly announce: readonly string[];
  }

  export default class WebTorrent {
    constructor(options: ClientOptions);
    add(torrentFile: Uint8Array, options: TorrentOptions): Torrent;
    on(event: 'error', listener: (error: Error) => void): this;
    destroy(): void;
  }
}

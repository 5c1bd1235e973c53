/** What the owner of a torrent decides and learns. Peers are named by the link's peer id. */
export interface TorrentWatcher {
  /** May this peer be asked for blocks of this piece now? */
  mayRequest(piece: number, peer: string): boolean;
  requested(piece: number, peer: string): void;
  received(piece: number, block: number, bytes: Uint8Array, peer: string): void;
  /** The piece is held now, brought by peers or marked by us. */
  verified(piece: number): void;
  /** The piece failed its SHA-1 and starts over. */
  rejected(piece: number): void;
  /** What peers can give may have become less, or known for the first time. */
  holdersChanged(): void;
  uploaded(bytes: number): void;
  uploadAllowed(): boolean;
  /** The torrent is unusable; it is gone from the client. */
  broken(error: Error): void;
}

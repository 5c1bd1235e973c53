/** The part of `parse-torrent` that the tests use; the package has no types of its own. */
declare module 'parse-torrent' {
  interface ParsedTorrent {
    readonly infoHash: string;
    readonly name: string;
    readonly length: number;
    readonly pieceLength: number;
    readonly pieces: readonly string[];
    readonly files: readonly { readonly length: number; readonly offset: number }[];
  }
  export default function parseTorrent(torrent: Uint8Array): Promise<ParsedTorrent>;
}

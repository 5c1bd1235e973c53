/**
 * The `.torrent` of a pack: BitTorrent v1 (BEP 3), one file. The name is always the same, and nothing
 * else is in it, so that the infohash depends on bytes alone.
 */

import { createHash } from 'node:crypto';
import bencode from 'bencode';
import { limits } from '../../manifests/index.ts';
import { PublisherError } from '../errors.ts';

/** A torrent, ready to be written and to be named by the release. */
export interface Torrent {
  readonly bytes: Uint8Array;
  readonly ih: string;
  readonly sha256: string;
}

/** `pieces`: SHA-1 of each piece, concatenated. @throws PublisherError `limit`. */
export function torrentOf(length: number, pieceBytes: number, pieces: Uint8Array): Torrent {
  const info = { length, name: 'shoal', 'piece length': pieceBytes, pieces };
  const bytes = bencode.encode({ info });
  if (bytes.length > limits.torrentBytes) {
    throw new PublisherError(
      'limit',
      `a pack of ${length} bytes needs too large a torrent`,
      'Share fewer bytes: see share.rules.',
    );
  }
  return {
    bytes,
    ih: createHash('sha1').update(bencode.encode(info)).digest('hex'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** The infohash of a torrent that we wrote: SHA-1 of exactly the bytes between `d4:info` and `e`. */
export function infohashOf(torrent: Uint8Array): string | undefined {
  const prefix = 'd4:info';
  const text = Buffer.from(torrent);
  if (!text.subarray(0, prefix.length).equals(Buffer.from(prefix)) || text.at(-1) !== 0x65) return undefined;
  return createHash('sha1').update(text.subarray(prefix.length, -1)).digest('hex');
}

/** Where each asset stands in its pack. */

import { createHash } from 'node:crypto';

/** A pack before it is hashed. `parts` are in the order of their offsets. */
export interface PackLayout<T> {
  readonly parts: readonly { readonly asset: T; readonly offset: number }[];
  readonly length: number;
  readonly pieceBytes: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * Lays assets out one after the other. Those of a torrent piece or more come last, each on the start
 * of a piece: so whoever holds such an asset alone can offer all its pieces, and a bad piece has one
 * asset to blame. What is between is zero.
 */
export function layOut<T extends { readonly bytes: number }>(assets: readonly T[]): PackLayout<T> {
  const pieceBytes = pieceBytesFor(assets.reduce((sum, { bytes }) => sum + bytes, 0));
  const small = assets.filter(({ bytes }) => bytes < pieceBytes);
  const large = assets.filter(({ bytes }) => bytes >= pieceBytes);
  let length = 0;
  const parts = [...small, ...large].map((asset) => {
    const isAligned = asset.bytes >= pieceBytes;
    const offset = isAligned ? Math.ceil(length / pieceBytes) * pieceBytes : length;
    length = offset + asset.bytes;
    return { asset, offset };
  });
  return { parts, length, pieceBytes };
}

/** Size of a torrent's pieces; all powers of two. */
export function pieceBytesFor(packBytes: number): number {
  if (packBytes <= 8 * MiB) return 64 * KiB;
  return packBytes <= 256 * MiB ? 256 * KiB : MiB;
}

/** Names a layout by its content: equal layouts have equal pieces. */
export function layoutKey(layout: PackLayout<{ readonly h: string }>): string {
  const hash = createHash('sha256').update(`${layout.pieceBytes} ${layout.length}`);
  for (const { asset, offset } of layout.parts) hash.update(` ${asset.h}@${offset}`);
  return hash.digest('base64url');
}

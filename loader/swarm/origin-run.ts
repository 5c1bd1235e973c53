/** A run of pieces of one asset, fetched from the origin with one request: chunks at once, pieces when they are whole. */

import { pieceRange, type Pieces } from '../../policy/pack-layout.ts';
import type { PackedAsset } from '../../protocol/worker-messages.ts';
import { fetchFromOrigin } from './origin.ts';

/** Where the origin has an asset. */
export interface OriginPlace {
  readonly asset: PackedAsset;
  readonly url: string;
  readonly chunkBytes: number;
}

export interface Run {
  readonly first: number;
  readonly last: number;
  readonly place: OriginPlace;
  readonly pieces: Pieces;
  readonly signal: AbortSignal;
}

export interface RunEvents {
  /** Bytes of the asset from `at` on, a whole chunk, not checked. */
  chunk(asset: PackedAsset, at: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** A whole piece. `false`: it is not the right one. */
  bring(piece: number, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** Whether the piece, the next one, is still to be fetched. */
  goesOn(piece: number): boolean;
}

/** Resolves when every piece that came has been checked. `failed`: the origin did not give what it should. */
export async function fetchRun(
  { first, last, place, pieces, signal }: Run,
  events: RunEvents,
): Promise<'done' | 'failed'> {
  const { asset, url, chunkBytes } = place;
  const assetEnd = asset.offset + asset.size;
  const checks: Promise<boolean>[] = [];
  let next = first;
  let piece = new Uint8Array(sizeOf(next, pieces));
  let failed = false;
  try {
    await fetchFromOrigin({
      url,
      size: asset.size,
      from: pieceRange(first, pieces).from - asset.offset,
      to: Math.min(pieceRange(last, pieces).to, assetEnd) - asset.offset,
      chunkBytes,
      signal,
      onChunk: (at, bytes) => {
        const { from, to } = pieceRange(next, pieces);
        piece.set(bytes, asset.offset + at - from);
        events.chunk(asset, at, bytes);
        // What follows the asset in its last piece is zeros.
        if (asset.offset + at + bytes.length < Math.min(to, assetEnd)) return true;
        checks.push(events.bring(next, piece));
        if (++next > last || !events.goesOn(next)) return false;
        piece = new Uint8Array(sizeOf(next, pieces));
        return true;
      },
    });
  } catch {
    failed = true;
  }
  const areRight = (await Promise.all(checks)).every((isRight) => isRight);
  return failed || !areRight ? 'failed' : 'done';
}

function sizeOf(index: number, pieces: Pieces): number {
  const { from, to } = pieceRange(index, pieces);
  return to - from;
}

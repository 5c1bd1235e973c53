/**
 * Where the bytes of an asset stand in its pack: chunks of the asset (ours, SHA-256) to pieces of the
 * torrent (BitTorrent's, SHA-1) and back, and which pieces the kept ranges cover.
 */

import type { PackedAsset } from '../protocol/worker-messages.ts';

/** Half-open range of bytes. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** How a torrent is cut: `length` bytes in pieces of `pieceBytes`, the last one shorter. */
export interface Pieces {
  readonly length: number;
  readonly pieceBytes: number;
}

export function pieceCount({ length, pieceBytes }: Pieces): number {
  return Math.ceil(length / pieceBytes);
}

/** Bytes of a piece, as a range of the pack. */
export function pieceRange(index: number, { length, pieceBytes }: Pieces): ByteRange {
  return { from: index * pieceBytes, to: Math.min((index + 1) * pieceBytes, length) };
}

/** The pieces that a range of the pack touches, first and last; empty ranges touch none. */
export function piecesOf(range: ByteRange, { pieceBytes }: Pieces): readonly number[] {
  if (range.to <= range.from) return [];
  const first = Math.floor(range.from / pieceBytes);
  const last = Math.floor((range.to - 1) / pieceBytes);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Bytes of a chunk of an asset, as a range of the pack; `undefined` when there is no such chunk. */
export function chunkRange(asset: PackedAsset, chunk: number, chunkBytes: number): ByteRange | undefined {
  if (!Number.isSafeInteger(chunk) || chunk < 0) return undefined;
  const from = chunk * chunkBytes;
  if (from >= asset.size) return undefined;
  return { from: asset.offset + from, to: asset.offset + Math.min(from + chunkBytes, asset.size) };
}

/** A part of an asset that stands in a range of the pack; `from` and `to` count from the asset's start. */
export interface Segment extends ByteRange {
  readonly asset: PackedAsset;
}

/** The assets' bytes in a range of the pack. `assets` ascend by offset. The rest of the range is zeros. */
export function segmentsOf(range: ByteRange, assets: readonly PackedAsset[]): readonly Segment[] {
  const segments: Segment[] = [];
  for (let i = firstEndingAfter(range.from, assets); i < assets.length; i++) {
    const asset = assets[i];
    if (asset === undefined || asset.offset >= range.to) break;
    const from = Math.max(range.from, asset.offset) - asset.offset;
    const to = Math.min(range.to, asset.offset + asset.size) - asset.offset;
    if (to > from) segments.push({ asset, from, to });
  }
  return segments;
}

function firstEndingAfter(at: number, assets: readonly PackedAsset[]): number {
  let low = 0;
  let high = assets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const asset = assets[middle];
    if (asset !== undefined && asset.offset + asset.size <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds a range to ranges that ascend and do not touch; the result does the same. */
export function addRange(ranges: readonly ByteRange[], { from, to }: ByteRange): readonly ByteRange[] {
  if (to <= from) return ranges;
  const apart = ranges.filter((range) => range.to < from || range.from > to);
  const touching = ranges.filter((range) => range.to >= from && range.from <= to);
  const joined = {
    from: Math.min(from, ...touching.map((range) => range.from)),
    to: Math.max(to, ...touching.map((range) => range.to)),
  };
  return [...apart, joined].sort((a, b) => a.from - b.from);
}

export function coversRange(ranges: readonly ByteRange[], { from, to }: ByteRange): boolean {
  return to <= from || ranges.some((range) => range.from <= from && range.to >= to);
}

/** Joins ascending numbers into inclusive runs: 1, 2, 3, 7 to [1, 3], [7, 7]. */
export function runsOf(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

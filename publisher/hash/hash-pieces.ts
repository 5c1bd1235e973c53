/** The SHA-1 pieces of a pack (BEP 3), read from the files that it is made of. */

import { createHash } from 'node:crypto';
import { concatBytes } from '../../manifests/index.ts';
import { readBlocks, type ReadableFile } from './read-file.ts';

/** A file and where its bytes stand in the pack. */
export interface PackPart extends ReadableFile {
  readonly offset: number;
}

/** Parts are in the order of their offsets and do not overlap; what is between them is zero. */
export async function hashPieces(
  parts: readonly PackPart[],
  pieceBytes: number,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let piece = createHash('sha1');
  let filled = 0;
  let at = 0;

  function push(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const part = bytes.subarray(from, from + pieceBytes - filled);
      piece.update(part);
      from += part.length;
      filled += part.length;
      if (filled === pieceBytes) endPiece();
    }
    at += bytes.length;
  }

  function endPiece(): void {
    pieces.push(piece.digest());
    piece = createHash('sha1');
    filled = 0;
  }

  for (const part of parts) {
    push(new Uint8Array(part.offset - at));
    for await (const block of readBlocks(part, 1024 * 1024)) {
      push(block);
      onBytes(block.length);
    }
  }
  if (filled > 0) endPiece();
  return concatBytes(pieces);
}

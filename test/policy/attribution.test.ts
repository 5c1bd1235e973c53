import { describe, expect, it } from 'vitest';
import {
  failed,
  freshPiece,
  isStalled,
  mayRequest,
  ownerLeaseMs,
  passed,
  received,
  released,
  requested,
  wasteLimitBytes,
  type PieceAttribution,
} from '../../policy/attribution.ts';

const good = Uint8Array.of(1, 2, 3);
const wrong = Uint8Array.of(1, 2, 4);

function brought(
  piece: PieceAttribution,
  ...blocks: readonly (readonly [string, Uint8Array])[]
): PieceAttribution {
  let next = piece;
  blocks.forEach(([sender, bytes], index) => {
    next = received(requested(next, sender, 0), index, { sender, bytes }, 0);
  });
  return next;
}

describe('a piece in flight', () => {
  it('belongs to the peer that was asked for it, as long as that one brings blocks', () => {
    const piece = requested(freshPiece, 'a', 1_000);
    expect(mayRequest(piece, 'a', 1_000)).toBe(true);
    expect(mayRequest(piece, 'b', 1_000 + ownerLeaseMs)).toBe(false);
    const later = received(piece, 0, { sender: 'a', bytes: good }, 2_000);
    expect(mayRequest(later, 'b', 1_001 + ownerLeaseMs)).toBe(false);
    expect(mayRequest(later, 'b', 2_001 + ownerLeaseMs)).toBe(true);
  });

  it('is free when its owner leaves', () => {
    const piece = requested(freshPiece, 'a', 0);
    expect(mayRequest(released(piece, 'a'), 'b', 0)).toBe(true);
    expect(mayRequest(released(piece, 'b'), 'b', 0)).toBe(false);
  });

  it('counts the first copy of a block, as WebTorrent does', () => {
    const piece = brought(freshPiece, ['a', good]);
    const again = received(piece, 0, { sender: 'b', bytes: wrong }, 0);
    expect(failed(again).guilty).toEqual(['a']);
  });
});

describe('a piece that fails its SHA-1', () => {
  it('bans the peer that brought all of it', () => {
    const { guilty, piece } = failed(brought(freshPiece, ['a', good], ['a', wrong]));
    expect(guilty).toEqual(['a']);
    expect(piece.parole).toBe(false);
    expect(piece.blocks.size).toBe(0);
  });

  it('that was mixed bans nobody yet, and goes whole to one peer alone', () => {
    const { guilty, piece } = failed(brought(freshPiece, ['a', good], ['b', wrong]));
    expect(guilty).toEqual([]);
    const onParole = requested(piece, 'c', 0);
    expect(mayRequest(onParole, 'a', 1e9)).toBe(false);
    expect(isStalled(onParole, 'a', ownerLeaseMs)).toBe(false);
    expect(isStalled(onParole, 'a', ownerLeaseMs + 1)).toBe(true);
    expect(isStalled(onParole, 'c', 1e9)).toBe(false);
  });

  it('that was mixed bans exactly those whose blocks differ from the good copy', () => {
    const { piece } = failed(brought(freshPiece, ['a', good], ['b', wrong], ['d', good]));
    const second = brought(piece, ['c', good], ['c', good], ['c', good]);
    expect(passed(second).guilty).toEqual(['b']);
  });

  it('bans who brings a bad copy on parole, and still finds the first guilty one later', () => {
    const { piece } = failed(brought(freshPiece, ['a', good], ['b', wrong]));
    const second = failed(brought(piece, ['c', wrong], ['c', good]));
    expect(second.guilty).toEqual(['c']);
    const third = brought(second.piece, ['a', good], ['a', good]);
    expect(passed(third).guilty).toEqual(['b']);
  });
});

describe('the waste budget', () => {
  it('is one piece, or a tenth of a large asset', () => {
    expect(wasteLimitBytes(10_000, 65_536)).toBe(65_536);
    expect(wasteLimitBytes(10_000_000, 65_536)).toBe(1_000_000);
  });
});

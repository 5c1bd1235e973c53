/**
 * Who sent what of a piece, so that wrong bytes find their sender. A piece in flight belongs to one
 * peer where possible; one that fails its SHA-1 and is all one peer's bans that peer at once. A mixed
 * one is fetched again whole from a single peer ("parole"), and what differs then shows the guilty.
 * WebTorrent alone would never drop a polluter.
 */

/** A block of a piece, as it came. */
export interface Block {
  readonly sender: string;
  readonly bytes: Uint8Array;
}

/** One piece in flight, or brought by peers. */
export interface PieceAttribution {
  /** Who may ask for blocks of it now. */
  readonly owner: string | undefined;
  /** When the owner last asked for a block or brought one. */
  readonly lastMs: number;
  /** By block index; holes where nothing came yet. */
  readonly blocks: ReadonlyMap<number, Block>;
  /** After a mixed failure: only one peer may bring the whole piece. */
  readonly parole: boolean;
  /** Attempts that failed and were mixed; their blocks are compared with the good ones. */
  readonly suspects: readonly ReadonlyMap<number, Block>[];
}

export const freshPiece: PieceAttribution = {
  owner: undefined,
  lastMs: 0,
  blocks: new Map(),
  parole: false,
  suspects: [],
};

/** An owner that is silent for so long loses the piece to whoever asks next. */
export const ownerLeaseMs = 3_000;

/** Mixed attempts that are remembered; each holds a piece's bytes. */
const suspectsLimit = 3;

/** Whether a peer may ask for blocks of this piece now. */
export function mayRequest(piece: PieceAttribution, peer: string, nowMs: number): boolean {
  if (piece.owner === undefined || piece.owner === peer) return true;
  return !piece.parole && nowMs - piece.lastMs > ownerLeaseMs;
}

/** On parole a silent owner keeps the piece in vain: its blocks are to be thrown away. */
export function isStalled(piece: PieceAttribution, peer: string, nowMs: number): boolean {
  return (
    piece.parole && piece.owner !== undefined && piece.owner !== peer && nowMs - piece.lastMs > ownerLeaseMs
  );
}

export function requested(piece: PieceAttribution, peer: string, nowMs: number): PieceAttribution {
  return { ...piece, owner: peer, lastMs: nowMs };
}

/** Of two copies of a block the first counts, as it does for WebTorrent. */
export function received(
  piece: PieceAttribution,
  index: number,
  block: Block,
  nowMs: number,
): PieceAttribution {
  const blocks = piece.blocks.has(index) ? piece.blocks : new Map(piece.blocks).set(index, block);
  return { ...piece, lastMs: nowMs, blocks };
}

/** The peer is gone: its piece is free, what it brought stays. */
export function released(piece: PieceAttribution, peer: string): PieceAttribution {
  return piece.owner === peer ? { ...piece, owner: undefined } : piece;
}

/** Starts the piece over, for instance because its owner on parole stalled. */
export function restarted(piece: PieceAttribution): PieceAttribution {
  return { ...piece, owner: undefined, blocks: new Map() };
}

/** Who brought blocks of it, each once. */
export function sendersOf(blocks: ReadonlyMap<number, Block>): readonly string[] {
  return [...new Set([...blocks.values()].map(({ sender }) => sender))];
}

/** The piece failed its SHA-1. `guilty`: to be banned at once. */
export function failed(piece: PieceAttribution): {
  readonly piece: PieceAttribution;
  readonly guilty: readonly string[];
} {
  const senders = sendersOf(piece.blocks);
  if (senders.length <= 1) return { piece: restarted(piece), guilty: senders };
  const suspects = [...piece.suspects, piece.blocks].slice(-suspectsLimit);
  return { piece: { ...restarted(piece), parole: true, suspects }, guilty: [] };
}

/** The piece passed. `guilty`: who brought other bytes for it before. */
export function passed(piece: PieceAttribution): { readonly guilty: readonly string[] } {
  const guilty = new Set<string>();
  for (const attempt of piece.suspects) {
    for (const [index, { sender, bytes }] of attempt) {
      const good = piece.blocks.get(index);
      if (good !== undefined && !sameBytes(good.bytes, bytes)) guilty.add(sender);
    }
  }
  return { guilty: [...guilty] };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** How many wrong bytes an asset may cost before the swarm is given up for it. */
export function wasteLimitBytes(assetBytes: number, pieceBytes: number): number {
  return Math.max(pieceBytes, Math.floor(assetBytes / 10));
}

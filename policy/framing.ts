/**
 * A guard in front of the BitTorrent wire (BEP 3), which itself believes any declared length: it
 * follows the framing of a byte stream without keeping its bytes and names the first violation.
 * Attacks: a declared 2 GiB message, a 32 MiB bitfield, `have` of piece 4294967295, extension
 * messages that are bombs.
 */

/** Largest block that may be asked for or sent. */
const blockLimitBytes = 128 * 1024;
const messageLimitBytes = blockLimitBytes + 9;
/** Only the extension handshake and `lt_donthave` are in use. */
const extendedLimitBytes = 4 * 1024;
const handshakeBytes = 68;

/** Message ids of BEP 3, 6 and 10 that the guard looks at. */
const id = { have: 4, bitfield: 5, request: 6, piece: 7, cancel: 8, reject: 16, extended: 20 } as const;

/** Exact lengths (id included) of messages of fixed size. */
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 5],
  [6, 13],
  [8, 13],
  [9, 3],
  [13, 5],
  [14, 1],
  [15, 1],
  [16, 13],
  [17, 5],
]);

/** Where the guard is in one direction of a wire. */
export interface Framing {
  /** Bytes until the end of the handshake or of the message at hand. */
  readonly remaining: number;
  /** The first bytes of the message at hand: length prefix, id and up to 12 more. */
  readonly head: readonly number[];
  /** Messages that began in the last bytes. */
  readonly counts: MessageCounts;
}

export interface MessageCounts {
  readonly requests: number;
  readonly blocks: number;
  readonly rejects: number;
  /** All others, keep-alives among them. */
  readonly others: number;
}

export type Violation =
  'message-too-long' | 'wrong-length' | 'wrong-bitfield' | 'unknown-piece' | 'block-too-long';

/** Before the handshake. */
export const startFraming: Framing = {
  remaining: handshakeBytes,
  head: [],
  counts: { requests: 0, blocks: 0, rejects: 0, others: 0 },
};

/**
 * Takes the next bytes of the stream. `pieces`: number of pieces of the torrent.
 */
export function stepFraming(
  state: Framing,
  bytes: Uint8Array,
  pieces: number,
): { readonly state: Framing; readonly violation?: Violation } {
  let { remaining } = state;
  const head = [...state.head];
  const counts = { requests: 0, blocks: 0, rejects: 0, others: 0 };
  let at = 0;
  while (at < bytes.length) {
    if (remaining === 0 || head.length > 0) {
      const byte = bytes[at];
      if (byte === undefined) break;
      head.push(byte);
      at++;
      if (head.length > 4) remaining--;
      if (head.length === 4) {
        remaining = lengthOf(head);
        if (remaining > messageLimitBytes) return { state, violation: 'message-too-long' };
        if (remaining === 0) {
          head.length = 0;
          counts.others++;
        }
        continue;
      }
      if (head.length < 4) continue;
      const violation = judgeHead(head, pieces);
      if (violation !== undefined) return { state, violation };
      if (head.length === 5) counts[countOf(head[4])]++;
      if (head.length === 17 || remaining === 0) head.length = 0;
      continue;
    }
    const skipped = Math.min(remaining, bytes.length - at);
    remaining -= skipped;
    at += skipped;
  }
  return { state: { remaining, head, counts } };
}

function countOf(kind: number | undefined): keyof MessageCounts {
  switch (kind) {
    case id.request:
      return 'requests';
    case id.piece:
      return 'blocks';
    case id.reject:
      return 'rejects';
    default:
      return 'others';
  }
}

function judgeHead(head: readonly number[], pieces: number): Violation | undefined {
  const length = lengthOf(head);
  const kind = head[4];
  if (kind === undefined) return undefined;
  if (head.length === 5) {
    const fixed = fixedLengths.get(kind);
    if (fixed !== undefined && fixed !== length) return 'wrong-length';
    if (kind === id.bitfield && length !== 1 + Math.ceil(pieces / 8)) return 'wrong-bitfield';
    if (kind === id.piece && length < 9) return 'wrong-length';
    if (kind === id.extended && length > extendedLimitBytes) return 'message-too-long';
    return undefined;
  }
  const namesPiece = kind === id.have || kind === id.request || kind === id.piece || kind === id.cancel;
  if (head.length === 9 && namesPiece && uint32(head, 5) >= pieces) return 'unknown-piece';
  if (head.length === 17 && kind === id.request && uint32(head, 13) > blockLimitBytes)
    return 'block-too-long';
  return undefined;
}

function lengthOf(head: readonly number[]): number {
  return uint32(head, 0);
}

/** Unsigned, so that 0x80000000 and more are large, not negative. */
function uint32(bytes: readonly number[], at: number): number {
  return [0, 1, 2, 3].reduce((value, i) => value * 256 + (bytes[at + i] ?? 0), 0);
}

/** The BitTorrent wire (BEP 3), byte by byte: whatever a peer may say, right or wrong. */

/** Ids of messages that scripts send or look for. */
export const id = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  extended: 20,
} as const;

/** A message: length prefix, id, body. */
export function message(kind: number, ...body: readonly (number | Uint8Array)[]): Buffer {
  const parts = body.map((part) => (typeof part === 'number' ? uint32(part) : Buffer.from(part)));
  const length = 1 + parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([uint32(length), Buffer.of(kind), ...parts]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** `reserved`: eight bytes; by default no extension at all. */
export function handshake(infohash: string, peerId: string, reserved = Buffer.alloc(8)): Buffer {
  const protocol = Buffer.from('\u0013BitTorrent protocol', 'latin1');
  return Buffer.concat([protocol, reserved, Buffer.from(infohash, 'hex'), Buffer.from(peerId, 'hex')]);
}

/** Reserved bytes of a peer that knows the extension protocol (BEP 10) and the fast extension (BEP 6). */
export const extensions = Buffer.of(0, 0, 0, 0, 0, 0x10, 0, 0x04);

/** All of so many pieces. */
export function fullBitfield(pieces: number): Buffer {
  const bits = Buffer.alloc(Math.ceil(pieces / 8), 0xff);
  const spare = bits.length * 8 - pieces;
  bits[bits.length - 1] = (0xff << spare) & 0xff;
  return message(id.bitfield, bits);
}

/** What was heard: `kind` -1 is the handshake. */
export interface Heard {
  readonly kind: number;
  readonly body: Buffer;
}

/** Cuts what comes into messages. */
export class Hearing {
  #bytes = Buffer.alloc(0);
  #greeted = false;

  add(bytes: Uint8Array): readonly Heard[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const heard: Heard[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) heard.push(next);
    return heard;
  }

  #next(): Heard | undefined {
    if (!this.#greeted) {
      if (this.#bytes.length < 68) return undefined;
      this.#greeted = true;
      return { kind: -1, body: this.#take(68) };
    }
    while (this.#bytes.length >= 4) {
      const length = this.#bytes.readUInt32BE(0);
      if (this.#bytes.length < 4 + length) return undefined;
      const whole = this.#take(4 + length);
      if (length > 0) return { kind: whole[4] ?? 0, body: whole.subarray(5) };
    }
    return undefined;
  }

  #take(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}

/** Scripts of hostile peers. */
import { randomBytes } from 'node:crypto';
import { extensions, handshake, id, message } from './messages.ts';
import type { BlockRequest, Script, Wire } from './wire.ts';

/** What a polluter has sent, all victims together. */
export interface Pollution {
  readonly script: Script;
  /** Wrong bytes that went out. */
  wrongBytes: number;
  /** Pieces of which all blocks went out wrong, by wire. */
  wrongPieces: number;
}

/** Sends random bytes in place of blocks of the pieces that are chosen, by default all. */
export function polluter(isWrong: (piece: number, wire: Wire) => boolean = () => true): Pollution {
  const sentOf = new Map<string, number>();
  const pollution: Pollution = {
    wrongBytes: 0,
    wrongPieces: 0,
    script: {
      requested: (wire, request) => {
        const isRight = !isWrong(request.piece, wire);
        const isSent = wire.sendBlock(request, isRight ? wire.blockOf(request) : randomBytes(request.length));
        if (isRight || !isSent) return;
        pollution.wrongBytes += request.length;
        const key = `${wire.self}/${wire.peer}/${wire.pack.infohash}/${request.piece}`;
        const sent = (sentOf.get(key) ?? 0) + request.length;
        sentOf.set(key, sent);
        const { pieceBytes, bytes } = wire.pack;
        if (sent === Math.min(pieceBytes, bytes.length - request.piece * pieceBytes)) pollution.wrongPieces++;
      },
    },
  };
  return pollution;
}

/** Says that it has everything, takes requests, and rejects them all. */
export const rejecter: Script = {
  greet: (wire) => wire.send(handshake(wire.pack.infohash, wire.self, extensions), message(id.haveAll)),
  requested: (wire, { piece, offset, length }) => wire.send(message(id.reject, piece, offset, length)),
};

/** Sends blocks without being asked, instead of those that it is asked for. */
export const unasked: Script = {
  requested: (wire) => {
    for (let piece = 0; piece < wire.pieces; piece++)
      wire.sendBlock({ piece, offset: 16_384, length: 16_384 }, randomBytes(16_384));
  },
};

/** Sends these bytes right after the usual opening. */
export function says(...parts: readonly Uint8Array[]): Script {
  return {
    greet: (wire) => {
      wire.greet();
      wire.send(...parts);
    },
  };
}

/** Unchokes, takes requests, and never answers. */
export const staller: Script = { requested: () => undefined };

/** Answers a byte a second, until the wire is closed. */
export const trickler: Script = {
  requested: (wire, request) => {
    if (wire.requests > 1) return;
    const bytes = pieceMessage(wire, request);
    let at = 0;
    const timer = setInterval(() => {
      if (!wire.open || at === bytes.length) return clearInterval(timer);
      wire.send(bytes.subarray(at, ++at));
    }, 1_000);
  },
};

function pieceMessage(wire: Wire, request: BlockRequest): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(9 + request.length, 0);
  head.writeUInt8(7, 4);
  head.writeUInt32BE(request.piece, 5);
  head.writeUInt32BE(request.offset, 9);
  return Buffer.concat([head, wire.blockOf(request)]);
}

/** Has nothing, and wants everything. */
export const wanting: Script = {
  greet: (wire) => wire.greetEmpty(),
  told: (wire) => wire.send(message(id.interested)),
};

/** Asks for one block after the other, eight at a time, and keeps nothing. */
export function leecher(): { readonly script: Script; bytes: number } {
  const leech = {
    bytes: 0,
    script: {
      ...wanting,
      unchoked: (wire: Wire) => {
        for (let i = 0; i < 8; i++) ask(wire, i);
      },
      received: (wire: Wire, bytes: Buffer) => {
        leech.bytes += bytes.length;
        ask(wire, leech.bytes / blockBytes);
      },
    },
  };
  return leech;
}

const blockBytes = 16 * 1024;

function ask(wire: Wire, count: number): void {
  const piece = Math.floor(count) % wire.pieces;
  wire.send(message(id.request, piece, 0, blockBytes));
}

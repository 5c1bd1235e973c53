/** One pack's channel to one victim: the BitTorrent wire, with a script at this end. */
import type { DataChannel } from 'node-datachannel';
import { receiptBytes, receiptText } from '../../../protocol/receipts.ts';
import { extensions, fullBitfield, handshake, Hearing, id, message, type Heard } from './messages.ts';

/** A pack that a scripted peer knows the bytes of. */
export interface WirePack {
  readonly infohash: string;
  readonly pieceBytes: number;
  readonly bytes: Uint8Array;
}

export interface BlockRequest {
  readonly piece: number;
  readonly offset: number;
  readonly length: number;
}

/** How a peer behaves on its wires; what is left out is honest. */
export interface Script {
  /** In place of handshake and bitfield. */
  readonly greet?: (wire: Wire) => void;
  /** The other side has said what it has. */
  readonly told?: (wire: Wire) => void;
  /** In place of unchoking, when the other side is interested. */
  readonly interested?: (wire: Wire) => void;
  /** In place of sending the block. */
  readonly requested?: (wire: Wire, request: BlockRequest) => void;
  /** The other side has unchoked us. */
  readonly unchoked?: (wire: Wire) => void;
  /** A block has come. */
  readonly received?: (wire: Wire, bytes: Buffer) => void;
}

export class Wire {
  readonly pack: WirePack;
  readonly peer: string;
  readonly self: string;
  /** Every message that came, extension messages included. */
  readonly heard: Heard[] = [];
  /** Blocks that the other side has asked for. */
  requests = 0;
  open = true;
  readonly #channel: DataChannel;

  constructor(channel: DataChannel, pack: WirePack, self: string, peer: string, script: Script) {
    this.#channel = channel;
    this.pack = pack;
    this.self = self;
    this.peer = peer;
    const hearing = new Hearing();
    let greeted = false;
    let receivedBytes = 0;
    let receiptedBytes = 0;
    const greet = (): void => {
      if (greeted) return;
      greeted = true;
      if (script.greet === undefined) this.greet();
      else script.greet(this);
    };
    channel.onMessage((data) => {
      if (typeof data === 'string') return;
      receivedBytes += data.byteLength;
      // As a page does: who gives must know what has arrived.
      if (receivedBytes - receiptedBytes >= receiptBytes && this.open && channel.isOpen()) {
        receiptedBytes = receivedBytes;
        channel.sendMessage(receiptText({ bytes: receivedBytes, receivedMs: performance.now() }));
      }
      for (const heard of hearing.add(new Uint8Array(data))) this.#react(heard, script);
    });
    channel.onClosed(() => {
      this.open = false;
    });
    channel.onOpen(greet);
    if (channel.isOpen()) greet();
  }

  get pieces(): number {
    return Math.ceil(this.pack.bytes.length / this.pack.pieceBytes);
  }

  /** The honest opening: all of the pack is here. */
  greet(): void {
    this.send(handshake(this.pack.infohash, this.self), fullBitfield(this.pieces));
  }

  /** Like `greet`, of a peer that has nothing and knows the extension protocol. */
  greetEmpty(): void {
    this.send(handshake(this.pack.infohash, this.self, extensions), message(id.haveNone));
  }

  blockOf({ piece, offset, length }: BlockRequest): Buffer {
    const at = piece * this.pack.pieceBytes + offset;
    return Buffer.from(this.pack.bytes.subarray(at, at + length));
  }

  sendBlock({ piece, offset }: BlockRequest, bytes: Uint8Array): boolean {
    return this.send(message(id.piece, piece, offset, bytes));
  }

  /** Whether it could be sent. */
  send(...parts: readonly Uint8Array[]): boolean {
    try {
      for (const part of parts)
        if (this.open && this.#channel.isOpen()) this.#channel.sendMessageBinary(part);
    } catch {
      // The other side has closed it, and the library finds out by sending.
      this.open = false;
    }
    return this.open;
  }

  #react(heard: Heard, script: Script): void {
    const { kind, body } = heard;
    this.heard.push(kind === id.piece ? { kind, body: Buffer.alloc(0) } : heard);
    if (kind === id.interested) {
      if (script.interested === undefined) this.send(message(id.unchoke));
      else script.interested(this);
    }
    if (kind === id.bitfield || kind === id.haveAll || kind === id.haveNone) script.told?.(this);
    if (kind === id.unchoke) script.unchoked?.(this);
    if (kind === id.piece) script.received?.(this, body.subarray(8));
    if (kind === id.request) {
      this.requests++;
      const request = {
        piece: body.readUInt32BE(0),
        offset: body.readUInt32BE(4),
        length: body.readUInt32BE(8),
      };
      if (script.requested === undefined) this.sendBlock(request, this.blockOf(request));
      else script.requested(this, request);
    }
  }
}

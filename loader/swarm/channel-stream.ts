/**
 * A pack's data channel as the duplex stream that `torrent.addPeer` takes, with the framing guard on
 * its way in. WebTorrent destroys the stream when it is done with the peer, and the other way round.
 */

import { Duplex } from 'streamx';
import { heard, spoke, startConduct, type Misconduct } from '../../policy/conduct.ts';
import { startFraming, stepFraming, type Framing, type Violation } from '../../policy/framing.ts';
import { receiptBytes, receiptText } from '../../protocol/receipts.ts';
import { PackOutlet } from './pack-outlet.ts';
import type { UplinkGate } from './uplink-gate.ts';

/** A block with its header (BEP 3): what the gate lets out at once. */
const messageLimitBytes = 16 * 1024 + 13;

let opened = 0;

export interface ChannelStreamEvents {
  /** How many pieces the torrent has; `undefined` as long as it is not known. */
  pieces(): number | undefined;
  closed(): void;
  /** The peer broke the wire protocol; the stream is destroyed. */
  violated(violation: Violation | Misconduct): void;
}

export class ChannelStream extends Duplex {
  /** Unique per channel: WebTorrent destroys a peer whose id it knows. */
  readonly id: string;
  /** WebTorrent passes `address:port` on with the wire; the address is the link's peer id. */
  readonly remoteAddress: string;
  readonly remotePort = 1;
  connected: boolean;
  readonly #channel: RTCDataChannel;
  readonly #events: ChannelStreamEvents;
  readonly #outlet: PackOutlet;
  #incoming: Framing = startFraming;
  #outgoing: Framing = startFraming;
  #conduct = startConduct;
  #receivedBytes = 0;
  #receiptedBytes = 0;
  /** What came before the torrent's number of pieces was known. */
  #early: Uint8Array[] | undefined = [];

  /** Call it in the task that made or received the channel: a message that comes earlier is lost. */
  constructor(channel: RTCDataChannel, peer: string, gate: UplinkGate, events: ChannelStreamEvents) {
    super();
    this.id = `${peer}/${++opened}`;
    this.remoteAddress = peer;
    this.#channel = channel;
    this.#events = events;
    this.#outlet = new PackOutlet(channel, peer, gate);
    this.connected = channel.readyState === 'open';
    channel.binaryType = 'arraybuffer';
    channel.onopen = () => {
      this.connected = true;
      this.emit('connect');
    };
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string' && !this.#outlet.hear(data)) this.#violate('too-much-talk');
      if (data instanceof ArrayBuffer) this.#take(new Uint8Array(data));
    };
    channel.onclose = () => this.destroy();
    channel.onerror = () => this.destroy();
    this.on('error', () => undefined);
  }

  /** The torrent is ready: passes on what came too early. */
  admit(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const bytes of early) this.#receive(bytes);
  }

  /** A message costs much whatever its size, and the wire writes a few bytes at a time. */
  override _writev(parts: readonly Uint8Array<ArrayBuffer>[], done: (error: Error | null) => void): void {
    this.#writeNext(joined(parts), done);
  }

  #writeNext(messages: Iterator<Uint8Array<ArrayBuffer>>, done: (error: Error | null) => void): void {
    const next = messages.next();
    if (next.done === true) return done(null);
    const { state } = stepFraming(this.#outgoing, next.value, this.#events.pieces() ?? 0);
    this.#outgoing = state;
    this.#conduct = spoke(this.#conduct, state.counts);
    this.#outlet.write(next.value, (error) =>
      error === null ? this.#writeNext(messages, done) : done(error),
    );
  }

  override _destroy(done: (error: Error | null) => void): void {
    const channel = this.#channel;
    channel.onopen = channel.onmessage = channel.onclose = channel.onerror = null;
    channel.close();
    this.connected = false;
    this.#early = undefined;
    this.#outlet.close();
    done(null);
    this.#events.closed();
  }

  #take(bytes: Uint8Array): void {
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes - this.#receiptedBytes >= receiptBytes && this.#channel.readyState === 'open') {
      this.#receiptedBytes = this.#receivedBytes;
      this.#channel.send(receiptText({ bytes: this.#receivedBytes, receivedMs: performance.now() }));
    }
    this.#receive(bytes);
  }

  #receive(bytes: Uint8Array): void {
    if (this.destroyed || this.destroying) return;
    const pieces = this.#events.pieces();
    if (this.#early !== undefined || pieces === undefined) {
      // A peer that talks before the torrent is there sends a handshake and a bitfield, not more.
      if ((this.#early ??= []).push(bytes) > 64) this.#violate('message-too-long');
      return;
    }
    const { state, violation } = stepFraming(this.#incoming, bytes, pieces);
    if (violation !== undefined) return this.#violate(violation);
    this.#incoming = state;
    const { conduct, misconduct } = heard(this.#conduct, state.counts, pieces, performance.now());
    this.#conduct = conduct;
    if (misconduct !== undefined) return this.#violate(misconduct);
    this.push(bytes);
  }

  #violate(violation: Violation | Misconduct): void {
    this.destroy();
    this.#events.violated(violation);
  }
}

/** The same bytes in as few messages as possible. */
function* joined(parts: readonly Uint8Array<ArrayBuffer>[]): Generator<Uint8Array<ArrayBuffer>, void> {
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const all = (): Uint8Array<ArrayBuffer> => {
    const [only] = waiting;
    if (waiting.length === 1 && only !== undefined) return only;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of waiting) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  };
  for (const part of parts) {
    if (length > 0 && length + part.length > messageLimitBytes) {
      yield all();
      waiting = [];
      length = 0;
    }
    waiting.push(part);
    length += part.length;
  }
  if (length > 0) yield all();
}

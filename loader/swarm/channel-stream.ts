/**
 * A pack's data channel as the duplex stream that `torrent.addPeer` takes, with the framing guard on
 * its way in. WebTorrent destroys the stream when it is done with the peer, and the other way round.
 */

import { Duplex } from 'streamx';
import {
  queuedRequestsLimit,
  startFraming,
  stepFraming,
  type Framing,
  type Violation,
} from '../../policy/framing.ts';

/** Above this WebTorrent's writes wait; with 1 MiB a loopback channel is seven times slower than with 64 KiB. */
const bufferedLimitBytes = 128 * 1024;
const bufferedLowBytes = 32 * 1024;

let opened = 0;

export interface ChannelStreamEvents {
  /** How many pieces the torrent has; `undefined` as long as it is not known. */
  pieces(): number | undefined;
  closed(): void;
  /** The peer broke the wire protocol; the stream is destroyed. */
  violated(violation: Violation | 'too-many-requests'): void;
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
  #incoming: Framing = startFraming;
  #outgoing: Framing = startFraming;
  #queued = 0;
  #held: ((error: Error | null) => void) | undefined;
  /** What came before the torrent's number of pieces was known. */
  #early: Uint8Array[] | undefined = [];

  /** Call it in the task that made or received the channel: a message that comes earlier is lost. */
  constructor(channel: RTCDataChannel, peer: string, events: ChannelStreamEvents) {
    super();
    this.id = `${peer}/${++opened}`;
    this.remoteAddress = peer;
    this.#channel = channel;
    this.#events = events;
    this.connected = channel.readyState === 'open';
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = bufferedLowBytes;
    channel.onopen = () => {
      this.connected = true;
      this.emit('connect');
    };
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.#receive(new Uint8Array(data));
    };
    channel.onbufferedamountlow = () => this.#release(null);
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

  override _write(bytes: Uint8Array<ArrayBuffer>, done: (error: Error | null) => void): void {
    if (this.#channel.readyState !== 'open') return done(new Error('the data channel is closed'));
    const { state } = stepFraming(this.#outgoing, bytes, this.#events.pieces() ?? 0);
    this.#outgoing = state;
    this.#queued = Math.max(0, this.#queued - state.answers);
    this.#channel.send(bytes);
    if (this.#channel.bufferedAmount > bufferedLimitBytes) this.#held = done;
    else done(null);
  }

  override _destroy(done: (error: Error | null) => void): void {
    const channel = this.#channel;
    channel.onopen =
      channel.onmessage =
      channel.onclose =
      channel.onerror =
      channel.onbufferedamountlow =
        null;
    channel.close();
    this.connected = false;
    this.#early = undefined;
    this.#release(new Error('the data channel is closed'));
    done(null);
    this.#events.closed();
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
    this.#queued += state.requests;
    if (this.#queued > queuedRequestsLimit) return this.#violate('too-many-requests');
    this.push(bytes);
  }

  #violate(violation: Violation | 'too-many-requests'): void {
    this.destroy();
    this.#events.violated(violation);
  }

  #release(error: Error | null): void {
    const held = this.#held;
    this.#held = undefined;
    held?.(error);
  }
}

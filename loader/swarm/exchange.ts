/**
 * Tells peers what we have and want, and keeps a data channel to a peer for each pack that needs one
 * (policy/pack-exchange.ts).
 */

import { changedPacks, isListed, isOpener, needsChannel } from '../../policy/pack-exchange.ts';
import { peerLimits, peerProtocol, type PackState, type PeerMessage } from '../../protocol/peer-messages.ts';
import { ChannelStream } from './channel-stream.ts';
import { isHex } from './fields.ts';
import type { Link } from './link.ts';
import type { Packs } from './packs.ts';

/** Times that a channel for the same pack is opened to the same peer; it should need one. */
const reopenLimit = 5;

export interface ExchangeOptions {
  readonly self: string;
  readonly packs: Packs;
  /** Open links. */
  links(): readonly Link[];
  /** The peer broke the wire protocol. */
  violated(peer: string, detail: string): void;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  #told: ReadonlyMap<string, PackState> = new Map();
  #scheduled = false;
  /** Streams by peer, then infohash. */
  readonly #streams = new Map<string, Map<string, ChannelStream>>();
  readonly #opened = new Map<string, number>();

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  hello(): PeerMessage {
    const packs = [...this.#told.values()].slice(0, peerLimits.packs);
    return { t: 'hello', v: peerProtocol, peerId: this.#options.self, packs };
  }

  /** Our own packs have changed: peers are told soon, once for all changes of this task. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      const states = this.#options.packs.states();
      const changes = changedPacks(this.#told, states);
      this.#told = states;
      for (const link of this.#options.links()) {
        for (let at = 0; at < changes.length; at += packsPerMessage) {
          link.say({ t: 'packs', packs: changes.slice(at, at + packsPerMessage) });
        }
        this.reconcile(link);
      }
    });
  }

  /** Opens the channels to a peer that are needed and ours to open, and closes those that no longer are. */
  reconcile(link: Link): void {
    const streams = this.#streamsOf(link.peer);
    if (!isOpener(this.#options.self, link.peer)) return;
    for (const [infohash, mine] of this.#told) {
      if (!streams.has(infohash) && needsChannel(mine, link.packs.get(infohash))) this.#open(link, infohash);
    }
    for (const [infohash, stream] of streams) {
      if (!needsChannel(this.#told.get(infohash), link.packs.get(infohash))) stream.destroy();
    }
  }

  /** The peer opened a channel; it is taken, or closed, now. */
  incoming(link: Link, channel: RTCDataChannel): void {
    const { label: infohash } = channel;
    const mine = isHex(infohash, 40) ? this.#told.get(infohash) : undefined;
    const isWelcome = mine !== undefined && isListed(mine) && !isOpener(this.#options.self, link.peer);
    if (isWelcome && !this.#streamsOf(link.peer).has(infohash)) this.#take(link.peer, infohash, channel);
    else channel.close();
  }

  closed(peer: string): void {
    for (const stream of this.#streamsOf(peer).values()) stream.destroy();
    this.#streams.delete(peer);
  }

  #open(link: Link, infohash: string): void {
    const key = `${link.attempt}/${infohash}`;
    const count = this.#opened.get(key) ?? 0;
    if (count >= reopenLimit) return;
    this.#opened.set(key, count + 1);
    this.#take(link.peer, infohash, link.createChannel(infohash));
  }

  #take(peer: string, infohash: string, channel: RTCDataChannel): void {
    const streams = this.#streamsOf(peer);
    const stream = new ChannelStream(channel, peer, {
      pieces: () => this.#options.packs.get(infohash)?.pieceCount,
      closed: () => {
        if (streams.get(infohash) === stream) streams.delete(infohash);
      },
      violated: (violation) => this.#options.violated(peer, violation),
    });
    streams.set(infohash, stream);
    const pack = this.#options.packs.get(infohash);
    if (pack === undefined) stream.destroy();
    else void pack.addStream(stream);
  }

  #streamsOf(peer: string): Map<string, ChannelStream> {
    let streams = this.#streams.get(peer);
    if (streams === undefined) {
      streams = new Map();
      this.#streams.set(peer, streams);
    }
    return streams;
  }
}

/** A pack takes about 80 bytes of JSON; the message stays below its limit. */
const packsPerMessage = 500;

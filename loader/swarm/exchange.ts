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
import { UplinkGate } from './uplink-gate.ts';

/** A channel that is needed and was closed all the same is opened again after this. */
const reopenMs = 1_000;
/** Times that a channel for the same pack is opened to the same peer; it should need one. */
const reopenLimit = 5;

export interface ExchangeOptions {
  readonly self: string;
  readonly packs: Packs;
  /** Open or on the way. */
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
  readonly #gate = new UplinkGate();

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  greeting(): readonly PeerMessage[] {
    const [first = [], ...rest] = inParts([...this.#told.values()]);
    const hello: PeerMessage = { t: 'hello', v: peerProtocol, peerId: this.#options.self, packs: first };
    return [hello, ...rest.map((packs): PeerMessage => ({ t: 'packs', packs }))];
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
        for (const packs of inParts(changes)) link.say({ t: 'packs', packs });
        this.reconcile(link);
      }
    });
  }

  /** Opens the channels to a peer that are needed and ours to open, and closes those that no longer are. */
  reconcile(link: Link): void {
    if (!link.open || !isOpener(this.#options.self, link.peer)) return;
    const streams = this.#streamsOf(link.peer);
    for (const [infohash, mine] of this.#told) {
      if (!streams.has(infohash) && needsChannel(mine, link.packs.get(infohash))) this.#open(link, infohash);
    }
    for (const [infohash, stream] of streams) {
      if (needsChannel(this.#told.get(infohash), link.packs.get(infohash))) continue;
      // It was fine; the same channel may be needed again, any number of times.
      this.#opened.delete(`${link.attempt}/${infohash}`);
      stream.destroy();
    }
  }

  /** The peer opened a channel; it is taken, or closed, now. */
  incoming(link: Link, channel: RTCDataChannel): void {
    const { label: infohash } = channel;
    const mine = isHex(infohash, 40) ? this.#told.get(infohash) : undefined;
    const isWelcome = mine !== undefined && isListed(mine) && !isOpener(this.#options.self, link.peer);
    if (!isWelcome) return channel.close();
    // The opener opens again only when its own end of the old channel is gone.
    this.#streamsOf(link.peer).get(infohash)?.destroy();
    this.#take(link, infohash, channel);
  }

  closed(peer: string): void {
    for (const stream of this.#streamsOf(peer).values()) stream.destroy();
    this.#streams.delete(peer);
    this.#gate.forget(peer);
  }

  #open(link: Link, infohash: string): void {
    const key = `${link.attempt}/${infohash}`;
    const count = this.#opened.get(key) ?? 0;
    if (count >= reopenLimit) return;
    this.#opened.set(key, count + 1);
    this.#take(link, infohash, link.createChannel(infohash));
  }

  #take(link: Link, infohash: string, channel: RTCDataChannel): void {
    const { peer } = link;
    const streams = this.#streamsOf(peer);
    const stream = new ChannelStream(channel, peer, this.#gate, {
      pieces: () => this.#options.packs.get(infohash)?.pieceCount,
      closed: () => {
        if (streams.get(infohash) !== stream) return;
        streams.delete(infohash);
        setTimeout(() => this.reconcile(link), reopenMs);
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

/** A pack takes about 90 bytes of JSON; a message stays below its limit. */
const packsPerMessage = Math.min(500, peerLimits.packs);

function inParts(packs: readonly PackState[]): readonly (readonly PackState[])[] {
  const parts: (readonly PackState[])[] = [];
  for (let at = 0; at < packs.length; at += packsPerMessage)
    parts.push(packs.slice(at, at + packsPerMessage));
  return parts;
}

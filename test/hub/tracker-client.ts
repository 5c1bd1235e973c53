/** A client of the tracker on a real socket. */

import { once } from 'node:events';
import * as v from 'valibot';
import { WebSocket, type ClientOptions } from 'ws';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { site } from './fixture.ts';

/** A message of the tracker. */
export type Said = Readonly<Record<string, unknown>>;
const said = v.record(v.string(), v.unknown());

export interface ClientOf {
  /** The hub's base URL. */
  readonly url: string;
  /** 40 hex digits. */
  readonly infoHash: string;
  /** `null`: no browser. */
  readonly origin?: string | null;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class TrackerClient {
  readonly socket: WebSocket;
  readonly peerId: string;
  readonly infoHash: string;
  /** All that came, oldest first. */
  readonly received: Said[] = [];
  #read = 0;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket, peerId: string, infoHash: string) {
    this.socket = socket;
    this.peerId = peerId;
    this.infoHash = infoHash;
    socket.on('message', (data: Buffer) => {
      this.received.push(v.parse(said, JSON.parse(data.toString('utf8'))));
      this.#wake();
    });
    socket.on('error', () => {});
  }

  /** Resolves once the socket is open; rejects when the hub refuses it. */
  static async connect(
    name: string,
    { url, infoHash, origin = site, token, headers }: ClientOf,
  ): Promise<TrackerClient> {
    const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`;
    const options: ClientOptions = { perMessageDeflate: false, headers: { ...headers } };
    if (origin !== null) options.origin = origin;
    const socket = new WebSocket(`${url.replace('http', 'ws')}announce${query}`, options);
    const client = new TrackerClient(socket, peerIdOf(name), hexToBinary(infoHash));
    await once(socket, 'open');
    return client;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify({ info_hash: this.infoHash, peer_id: this.peerId, ...message }));
  }

  announce(more: object = {}): void {
    this.say({ action: 'announce', ...more });
  }

  signal(to: TrackerClient, attempt: string, signal: object): void {
    this.say({ action: 'signal', to_peer_id: to.peerId, offer_id: offerIdOf(attempt), signal });
  }

  /** The next message, in order. */
  async next(): Promise<Said> {
    for (;;) {
      const message = this.received[this.#read];
      if (message !== undefined) {
        this.#read++;
        return message;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The next message that has all of these fields; those before it are skipped. */
  async nextWith(fields: Said): Promise<Said> {
    for (;;) {
      const message = await this.next();
      if (Object.entries(fields).every(([name, value]) => message[name] === value)) return message;
    }
  }

  /** Everything that was said so far has been answered once this resolves. */
  async settled(): Promise<void> {
    const before = this.received.length;
    this.say({ action: 'scrape', info_hash: this.infoHash });
    while (!this.received.slice(before).some(({ action }) => action === 'scrape')) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#read = this.received.length;
  }

  /** The code with which the hub closed the socket; 1006 when it was cut. */
  closed(): Promise<number> {
    return new Promise((resolve) => this.socket.once('close', resolve));
  }

  async leave(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.terminate();
    await closed;
  }
}

export function peerIdOf(name: string): string {
  return name.padEnd(20, '.').slice(0, 20);
}

export function offerIdOf(attempt: string): string {
  return attempt.padEnd(20, '.').slice(0, 20);
}

/** The reason in a failure. */
export function reasonIn(message: Said): string {
  return v.parse(v.string(), message['failure reason']);
}

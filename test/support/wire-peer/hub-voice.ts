/** A member of a site's swarm at the hub, as a page is one: announces itself, hears who is there, sends signals. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { binaryOfHex } from '../../../loader/swarm/fields.ts';
import { parseHubMessage } from '../../../loader/swarm/parse-tracker.ts';
import type { ClientMessage, SignalBody } from '../../../protocol/tracker.ts';

export interface HubPlace {
  /** The hub's base URL. */
  readonly hub: string;
  readonly origin: string;
  readonly swarmId: string;
}

export interface HubVoiceEvents {
  /** Others who are here. */
  came(peers: readonly string[]): void;
  left(peers: readonly string[]): void;
  signal(from: string, attempt: string, body: SignalBody): void;
}

export class HubVoice {
  readonly #place: HubPlace;
  readonly #self: string;
  readonly #socket: WebSocket;

  constructor(place: HubPlace, self: string, events: HubVoiceEvents) {
    this.#place = place;
    this.#self = self;
    const url = new URL('announce', place.hub);
    url.protocol = 'ws:';
    this.#socket = new WebSocket(url, { origin: place.origin });
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (data) => {
      const text = Buffer.isBuffer(data) ? data.toString() : '';
      const message = parseHubMessage(text, place.swarmId);
      if (message?.t === 'announced') events.came(message.members ?? []);
      if (message?.t === 'members') {
        events.left(message.left);
        events.came(message.joined);
      }
      if (message?.t === 'signal') events.signal(message.from, message.attempt, message.body);
    });
  }

  /** Resolves when the hub has answered. */
  async announce(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) await once(this.#socket, 'open');
    const answered = once(this.#socket, 'message');
    this.#write({
      action: 'announce',
      info_hash: binaryOfHex(this.#place.swarmId),
      peer_id: binaryOfHex(this.#self),
      event: 'started',
      left: 0,
      shoal: 1,
    });
    await answered;
  }

  signal(to: string, attempt: string, signal: SignalBody): void {
    this.#write({
      action: 'signal',
      info_hash: binaryOfHex(this.#place.swarmId),
      peer_id: binaryOfHex(this.#self),
      to_peer_id: binaryOfHex(to),
      offer_id: binaryOfHex(attempt),
      signal,
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #write(message: ClientMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

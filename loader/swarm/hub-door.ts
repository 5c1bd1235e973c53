/** The door through the hub: one WebSocket that speaks the tracker protocol with Shoal's two additions. */

import { announceIntervalMs, backoffMs, hubBackoff } from '../../policy/backoff.ts';
import { trackerLimits, type AnnounceRequest, type Signal, type SignalBody } from '../../protocol/tracker.ts';
import type { DoorEvents, SignalDoor } from './doors.ts';
import { binaryOfHex } from './fields.ts';
import { parseHubMessage } from './parse-tracker.ts';

/** A socket that is not open by then is given up. */
const openTimeoutMs = 10_000;

export class HubDoor implements SignalDoor {
  readonly name = 'hub';
  readonly #url: string;
  readonly #swarmId: string;
  readonly #self: string;
  #events: DoorEvents | undefined;
  #socket: WebSocket | undefined;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `hub`: the hub's base URL, resolved against the page. `swarmId`, `self`: 40 hex digits. */
  constructor(hub: string, swarmId: string, self: string) {
    const url = new URL('announce', new URL(hub, location.href));
    url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
    this.#url = url.href;
    this.#swarmId = swarmId;
    this.#self = self;
  }

  start(events: DoorEvents): void {
    this.#events = events;
    addEventListener('online', this.#onOnline);
    this.#connect();
  }

  send(to: string, attempt: string, signal: SignalBody): void {
    const message: Signal = {
      action: 'signal',
      info_hash: binaryOfHex(this.#swarmId),
      peer_id: binaryOfHex(this.#self),
      to_peer_id: binaryOfHex(to),
      offer_id: binaryOfHex(attempt),
      signal,
    };
    this.#write(message);
  }

  stop(): void {
    removeEventListener('online', this.#onOnline);
    this.#announce('stopped');
    this.#events = undefined;
    this.#close();
  }

  readonly #onOnline = (): void => {
    if (this.#socket !== undefined) return;
    this.#failures = 0;
    this.#connect();
  };

  #connect(): void {
    clearTimeout(this.#timer);
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#url);
    } catch {
      // A page's Content Security Policy may forbid it (connect-src).
      return this.#lost();
    }
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(), openTimeoutMs);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#announce('started');
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost();
    };
  }

  #receive(data: unknown): void {
    if (typeof data === 'string' && data.length > trackerLimits.messageBytes) return this.#lost();
    const message = parseHubMessage(data, this.#swarmId);
    if (message === undefined) return;
    switch (message.t) {
      case 'announced':
        this.#failures = 0;
        this.#announceAfter(announceIntervalMs(message.interval));
        if (message.members !== undefined) this.#events?.listed(message.members);
        return;
      case 'members':
        if (message.left.length > 0) this.#events?.left(message.left);
        if (message.joined.length > 0) this.#events?.joined(message.joined);
        return;
      case 'signal':
        return this.#events?.signal(message.from, message.attempt, message.body);
      case 'refused':
        this.#events?.failed();
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#announce('started'), this.#nextTryMs());
        return;
    }
  }

  #announceAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#announce(undefined);
      this.#announceAfter(ms);
    }, ms);
  }

  #announce(event: 'started' | 'stopped' | undefined): void {
    const message: AnnounceRequest = {
      action: 'announce',
      info_hash: binaryOfHex(this.#swarmId),
      peer_id: binaryOfHex(this.#self),
      ...(event === undefined ? {} : { event }),
      numwant: trackerLimits.members,
      uploaded: 0,
      downloaded: 0,
      left: null,
      shoal: 1,
    };
    this.#write(message);
  }

  #write(message: AnnounceRequest | Signal): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #lost(): void {
    this.#close();
    if (this.#events === undefined) return;
    this.#timer = setTimeout(() => this.#connect(), this.#nextTryMs());
    this.#events.failed();
  }

  #nextTryMs(): number {
    this.#failures++;
    return backoffMs(this.#failures, hubBackoff, Math.random());
  }

  #close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}

/**
 * The door through the hub: the tracker protocol with Shoal's two additions. A tracker that does not know
 * them is used as stock clients do.
 */

import { announceIntervalMs } from '../../policy/backoff.ts';
import { trackerLimits, type AnnounceRequest, type Signal, type SignalBody } from '../../protocol/tracker.ts';
import type { DoorEvents, SignalDoor } from './doors.ts';
import { binaryOfHex } from './fields.ts';
import { parseHubMessage, type HubMessage } from './parse-tracker.ts';
import { StockSignals } from './stock-signals.ts';
import { TrackerSocket } from './tracker-socket.ts';

/** No announce sooner after the one before, however much we should like to know more members. */
const announceGapMs = 15_000;

export class HubDoor implements SignalDoor {
  readonly #swarmId: string;
  readonly #self: string;
  readonly #socket: TrackerSocket;
  #events: DoorEvents | undefined;
  /** The tracker knows no members and no signals. */
  #stock: StockSignals | undefined;
  #announcedAtMs = 0;

  /** `hub`: the hub's base URL, resolved against the page. `swarmId`, `self`: 40 hex digits. */
  constructor(hub: string, swarmId: string, self: string) {
    const url = new URL('announce', new URL(hub, location.href));
    url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
    this.#swarmId = swarmId;
    this.#self = self;
    this.#socket = new TrackerSocket(url.href, {
      opened: () => this.#announce('started'),
      received: (text) => this.#receive(text),
      lost: () => this.#events?.failed(),
    });
  }

  get canDial(): boolean {
    return this.#stock === undefined;
  }

  start(events: DoorEvents): void {
    this.#events = events;
    this.#socket.connect();
  }

  send(to: string, attempt: string, signal: SignalBody): void {
    if (this.#stock !== undefined) return this.#stock.send(to, attempt, signal);
    const message: Signal = {
      action: 'signal',
      info_hash: binaryOfHex(this.#swarmId),
      peer_id: binaryOfHex(this.#self),
      to_peer_id: binaryOfHex(to),
      offer_id: binaryOfHex(attempt),
      signal,
    };
    this.#socket.write(message);
  }

  gathered(attempt: string): void {
    this.#stock?.gathered(attempt);
  }

  refresh(): void {
    if (performance.now() - this.#announcedAtMs >= announceGapMs) this.#again();
  }

  stop(): void {
    this.#announce('stopped');
    this.#events = undefined;
    this.#stopStock();
    this.#socket.close();
  }

  #receive(text: string): boolean {
    const message = parseHubMessage(text, this.#swarmId);
    if (message !== undefined) this.#understood(message);
    return message !== undefined;
  }

  #understood(message: HubMessage): void {
    switch (message.t) {
      case 'announced':
        this.#socket.swarmSize = message.size;
        this.#socket.answered(announceIntervalMs(message.interval), () => this.#again());
        if (message.members === undefined) return this.#startStock(message.size);
        this.#stopStock();
        return this.#events?.listed(message.members);
      case 'members':
        if (message.left.length > 0) this.#events?.left(message.left);
        if (message.joined.length > 0) this.#events?.joined(message.joined);
        return;
      case 'signal':
        return this.#events?.signal(message.from, message.attempt, message.body);
      case 'relayed':
        return this.#stock?.receive(message.from, message.attempt, message.kind, message.sdp);
      case 'undelivered':
        return;
      case 'refused':
        this.#events?.failed();
        return this.#socket.refused(() => this.#announce('started'));
    }
  }

  #startStock(size: number): void {
    if (this.#events === undefined) return;
    if (size <= 1) this.#events.listed([]);
    if (this.#stock !== undefined) return;
    this.#stock = new StockSignals({
      self: this.#self,
      swarmId: this.#swarmId,
      events: this.#events,
      answer: (message) => this.#socket.write(message),
      ready: () => this.#announce(undefined),
    });
    this.#stock.refill();
  }

  #stopStock(): void {
    this.#stock?.stop();
    this.#stock = undefined;
  }

  #again(): void {
    // New offers are announced with the old ones, when they are ready.
    if (this.#stock?.refill() !== true) this.#announce(undefined);
  }

  #announce(event: 'started' | 'stopped' | undefined): void {
    const offers = event === 'stopped' ? [] : (this.#stock?.offers() ?? []);
    const message: AnnounceRequest = {
      action: 'announce',
      info_hash: binaryOfHex(this.#swarmId),
      peer_id: binaryOfHex(this.#self),
      ...(event === undefined ? {} : { event }),
      numwant: offers.length === 0 ? trackerLimits.members : offers.length,
      uploaded: 0,
      downloaded: 0,
      left: null,
      ...(offers.length === 0 ? {} : { offers }),
      shoal: 1,
    };
    this.#announcedAtMs = performance.now();
    this.#socket.expectAnswer();
    this.#socket.write(message);
  }
}

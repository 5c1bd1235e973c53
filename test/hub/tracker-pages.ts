/** Pages without sockets, and a tracker for them. */

import * as v from 'valibot';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { TrackerCore } from '../../hub/tracker/core.ts';
import type { TrackerConnection } from '../../hub/tracker/member.ts';

export const infoHashHex = 'ab'.repeat(20);
export const infoHash = hexToBinary(infoHashHex);
export const offer = { type: 'offer', sdp: 'v=0' };

type Received = Readonly<Record<string, unknown>>;

/** Deterministic chance (mulberry32), so that a failure repeats. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Page implements TrackerConnection {
  readonly origin: string | null;
  readonly peerId: string;
  readonly received: Received[] = [];
  /** Who this page believes to be there. */
  readonly known = new Set<string>();
  probed = 0;
  bufferedBytes = 0;
  readonly #core: TrackerCore;

  constructor(core: TrackerCore, name: string, origin: string | null = null) {
    this.#core = core;
    this.peerId = name.padEnd(20, '.').slice(0, 20);
    this.origin = origin;
  }

  send(text: string): void {
    const message = v.parse(v.record(v.string(), v.unknown()), JSON.parse(text));
    this.received.push(message);
    for (const id of listIn(message, 'left')) this.known.delete(id);
    for (const kind of ['members', 'joined']) for (const id of listIn(message, kind)) this.known.add(id);
  }

  probe(): void {
    this.probed++;
  }

  say(message: object): void {
    this.#core.receive(this, JSON.stringify({ info_hash: infoHash, peer_id: this.peerId, ...message }));
  }

  announce(more: object = {}): void {
    this.say({ action: 'announce', ...more });
  }

  leave(): void {
    this.#core.disconnect(this);
  }

  last(): Received {
    return this.received.at(-1) ?? {};
  }
}

export function listIn(message: Received, key: string): string[] {
  const list = message[key];
  return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
}

export function tracker({
  seed = 1,
  clock = () => 0,
}: { seed?: number; clock?: () => number } = {}): TrackerCore {
  return new TrackerCore({
    refusal: (hash, origin) => {
      if (hash !== infoHashHex) return 'not served';
      return origin === null || origin === 'https://shop.example' ? undefined : 'foreign origin';
    },
    clock,
    random: seeded(seed),
  });
}

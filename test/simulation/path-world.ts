/**
 * A home line up: one drop-tail queue, a constant way there and back, and behind it a line down for each peer.
 * Several peers are given something; time goes in events, nothing is real.
 */
import {
  afterReceipt,
  afterSending,
  freshUplink,
  leastSendBytes,
  roomFor,
  type Uplink,
} from '../../policy/uplink.ts';
import { Chance } from '../../bench/simulation/chance.ts';

export interface PathSettings {
  readonly upMbit: number;
  /** There and back, without waiting. */
  readonly roundTripMs: number;
  /** Waiting after which a queue drops. */
  readonly queueMs: number;
  /** When each peer begins and ends to want something, and its own line down (default: no limit). */
  readonly peers: readonly { readonly fromMs: number; readonly toMs: number; readonly downMbit?: number }[];
  /** The visitor's own traffic, which does not give way: shares of the line. */
  readonly own?: readonly { readonly fromMs: number; readonly toMs: number; readonly share: number }[];
  readonly untilMs: number;
  /** Peers are busy at times: the most by which they notice late what has come. */
  readonly lateMs?: number;
}

export interface PathResult {
  /** Bytes that arrived, by peer, then by second. */
  readonly bytesBySecond: readonly (readonly number[])[];
  readonly dropped: number;
  /** Waiting in the line up, at each message. */
  readonly waits: readonly { readonly atMs: number; readonly waitMs: number }[];
}

/** A message that a queue dropped is noticed, and sent again, so much later. */
const recoveryMs = 1_000;

class Line {
  #freeMs = 0;
  readonly #bytesPerMs: number;

  constructor(mbit: number) {
    this.#bytesPerMs = (mbit * 1e6) / 8e3;
  }

  waitMs(nowMs: number): number {
    return Math.max(0, this.#freeMs - nowMs);
  }

  /** When the bytes are through. */
  pass(bytes: number, nowMs: number): number {
    this.#freeMs = Math.max(this.#freeMs, nowMs) + bytes / this.#bytesPerMs;
    return this.#freeMs;
  }
}

export function simulatePath(settings: PathSettings): PathResult {
  const { upMbit, roundTripMs, queueMs, untilMs, peers, own = [], lateMs = 0 } = settings;
  const chance = new Chance(7);
  const up = new Line(upMbit);
  const downs = peers.map(({ downMbit = 1e6 }) => new Line(downMbit));
  const bytesBySecond = peers.map(() => Array.from({ length: Math.ceil(untilMs / 1_000) }, () => 0));
  const waits: { atMs: number; waitMs: number }[] = [];
  const events: { readonly atMs: number; readonly run: () => void }[] = [];
  let uplink: Uplink = freshUplink;
  let turn = 0;
  let dropped = 0;
  let nowMs = 0;

  function at(atMs: number, run: () => void): void {
    let place = events.length;
    while (place > 0 && (events[place - 1]?.atMs ?? 0) <= atMs) place--;
    events.splice(place, 0, { atMs, run });
  }

  /** Peers take turns, as long as there is room. */
  function pump(): void {
    for (let passed = 0; passed < peers.length;) {
      const index = turn % peers.length;
      const { fromMs, toMs } = peers[index] ?? { fromMs: Infinity, toMs: 0 };
      turn++;
      const wants = nowMs >= fromMs && nowMs < toMs;
      if (!wants || roomFor(uplink, String(index)) < leastSendBytes(uplink, String(index))) passed++;
      else {
        passed = 0;
        const bytes = leastSendBytes(uplink, String(index));
        uplink = afterSending(uplink, String(index), bytes);
        send(index, bytes, nowMs);
      }
    }
  }

  function send(index: number, bytes: number, sentMs: number): void {
    waits.push({ atMs: nowMs, waitMs: up.waitMs(nowMs) });
    if (up.waitMs(nowMs) > queueMs) return lose(index, bytes, sentMs);
    at(up.pass(bytes, nowMs) + roundTripMs / 4, () => arrive(index, bytes, sentMs));
  }

  function arrive(index: number, bytes: number, sentMs: number): void {
    const down = downs[index];
    if (down === undefined) return;
    if (down.waitMs(nowMs) > queueMs) return lose(index, bytes, sentMs);
    const receivedMs = down.pass(bytes, nowMs) + roundTripMs / 4 + chance.next() * lateMs;
    at(receivedMs + roundTripMs / 2, () => {
      const second = Math.floor(nowMs / 1_000);
      const counts = bytesBySecond[index];
      if (counts !== undefined) counts[second] = (counts[second] ?? 0) + bytes;
      const peer = String(index);
      // The peer's clock is not ours.
      const oneWayMs = receivedMs + 12_345 - sentMs;
      const isFull = roomFor(uplink, peer) < leastSendBytes(uplink, peer);
      uplink = afterReceipt(uplink, { peer, bytes, oneWayMs, roundTripMs: nowMs - sentMs, isFull }, nowMs);
      pump();
    });
  }

  function lose(index: number, bytes: number, sentMs: number): void {
    dropped++;
    at(nowMs + recoveryMs, () => send(index, bytes, sentMs));
  }

  for (const { fromMs } of peers) at(fromMs, pump);
  for (const { fromMs, toMs, share } of own) {
    const everyMs = (1_500 * 8e3) / (upMbit * 1e6 * share);
    const next = (): void => {
      if (up.waitMs(nowMs) <= queueMs) up.pass(1_500, nowMs);
      if (nowMs < toMs) at(nowMs + everyMs, next);
    };
    at(fromMs, next);
  }
  for (let event = events.pop(); event !== undefined && event.atMs < untilMs; event = events.pop()) {
    nowMs = event.atMs;
    event.run();
  }
  return { bytesBySecond, dropped, waits };
}

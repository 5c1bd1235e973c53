/** Asks neighbours for packs that none of them has, and answers and passes on what they ask (policy/search.ts). */

import { fullAllowance, take, type Allowance } from '../../policy/allowance.ts';
import { hearHolders, passOn, searchEndsMs, seekPack, startSearch } from '../../policy/search.ts';
import {
  peerLimits,
  type PackHolders,
  type PeerHolders,
  type PeerSeek,
} from '../../protocol/peer-messages.ts';
import { holdersOf } from './holders.ts';
import type { Link } from './link.ts';

/** What is asked within this goes in one message. */
const gatherMs = 20;
/** In so long the channel to a neighbour that has all of a pack is open, and pieces come. */
const channelMs = 1_000;
/** Messages that one peer's questions may bring; what is too much goes unanswered. */
const questionRate = { burst: 30, perSecond: 3 };

export interface SearchOptions {
  /** Open ones. */
  readonly links: () => readonly Link[];
  readonly connectTo: (peer: string) => void;
}

export class Search {
  readonly #options: SearchOptions;
  readonly #allowances = new WeakMap<Link, Allowance>();
  /** What is to be asked of whom. */
  readonly #outgoing = new Map<string, Set<string>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state = startSearch;

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /**
   * We want a pack since then, and do not have all of it; to be called again as long as that is so. The answer: until when
   * the origin need not be asked, since somebody may give it (`performance.now()`).
   */
  seek(infohash: string, sinceMs: number): number {
    const links = this.#options.links();
    const endsMs = searchEndsMs(this.#state, infohash);
    if (links.some(({ packs }) => packs.get(infohash)?.state === 'whole'))
      return Math.max(sinceMs + channelMs, endsMs);
    // Who wants it, too, shares in the agreement on who asks the origin for what.
    if (links.some(({ packs }) => packs.has(infohash))) return endsMs;
    const { state, ask } = seekPack(this.#state, infohash, links.map(peerOf), performance.now());
    this.#state = state;
    for (const peer of ask) this.#outgoing.set(peer, (this.#outgoing.get(peer) ?? new Set()).add(infohash));
    if (ask.length > 0) this.#timer ??= setTimeout(() => this.#askNow(), gatherMs);
    return searchEndsMs(state, infohash);
  }

  /** A neighbour asks, or answers. */
  hear(from: Link, word: PeerSeek | PeerHolders): void {
    const nowMs = performance.now();
    if (word.t === 'holders') return this.#answered(from, word, nowMs);
    const allowance = take(
      this.#allowances.get(from) ?? fullAllowance(questionRate, nowMs),
      questionRate,
      nowMs,
    );
    if (allowance === undefined) return;
    this.#allowances.set(from, allowance);
    this.#asked(from, word, nowMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #askNow(): void {
    this.#timer = undefined;
    const outgoing = new Map(this.#outgoing);
    this.#outgoing.clear();
    for (const [peer, packs] of outgoing) this.#ask(peer, [...packs], peerLimits.hops - 1);
  }

  #asked(from: Link, { packs, hops }: PeerSeek, nowMs: number): void {
    const neighbours = this.#options.links();
    const found: PackHolders[] = [];
    const onward = new Map<string, string[]>();
    for (const infohash of new Set(packs)) {
      const others = holdersOf(neighbours, infohash).filter((link) => link !== from);
      const peers = others.map(peerOf);
      if (peers.length > 0) found.push({ infohash, peers: peers.slice(0, peerLimits.holders) });
      else if (hops > 0) {
        const { state, ask } = passOn(this.#state, infohash, from.peer, neighbours.map(peerOf), nowMs);
        this.#state = state;
        for (const peer of ask) onward.set(peer, [...(onward.get(peer) ?? []), infohash]);
      }
    }
    if (found.length > 0) from.say({ t: 'holders', packs: found });
    for (const [peer, asked] of onward) this.#ask(peer, asked, hops - 1);
  }

  #answered(from: Link, { packs }: PeerHolders, nowMs: number): void {
    for (const holders of packs) {
      const { state, tell, dial } = hearHolders(this.#state, from.peer, holders, nowMs);
      this.#state = state;
      for (const told of tell) this.#link(told.to)?.say({ t: 'holders', packs: [told.holders] });
      for (const peer of dial) this.#options.connectTo(peer);
    }
  }

  #ask(peer: string, packs: readonly string[], hops: number): void {
    for (let at = 0; at < packs.length; at += peerLimits.sought)
      this.#link(peer)?.say({ t: 'seek', packs: packs.slice(at, at + peerLimits.sought), hops });
  }

  #link(peer: string): Link | undefined {
    return this.#options.links().find((link) => link.peer === peer);
  }
}

function peerOf({ peer }: Link): string {
  return peer;
}

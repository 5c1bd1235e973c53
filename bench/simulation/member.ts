/** A page that wants all of one pack: what loader/swarm/claims.ts does, with the real policy/claims.ts. */

import {
  forgetClaims,
  hearClaims,
  isAlone,
  knownClaims,
  renewalMs,
  startClaims,
} from '../../policy/claims-heard.ts';
import { isOvertaken, isStillOurs, takeTurn } from '../../policy/claims.ts';
import { runsOf } from '../../policy/pack-layout.ts';
import type { Claim } from '../../protocol/peer-messages.ts';
import { OriginRequests } from './origin-requests.ts';
import type { Peer, Surroundings } from './peer.ts';

const listenMs = 150;
const connectMs = 1_000;
const reviewPauseMs = 40;
const mailPauseMs = 60;
/** Pieces that are asked of one neighbour at a time. */
const pipeline = 2;

export class Member implements Peer {
  readonly id: string;
  readonly upPerMs: number;
  readonly downPerMs: number;
  readonly links = new Set<Peer>();
  /** When each piece came. */
  readonly hadMs = new Map<number, number>();
  readonly joinedMs: number;
  doneMs = Infinity;
  receivedBytes = 0;
  readonly #world: Surroundings;
  readonly #requests: OriginRequests;
  readonly #lacking: Set<number>;
  /** Pieces on their way from neighbours. */
  readonly #asked = new Map<number, { readonly from: Peer; readonly stop: () => void }>();
  readonly #news = new Map<string, { readonly claim: Claim; readonly from: string }>();
  #state;
  #seq = 0;
  #told = '';
  #saidMs = -Infinity;
  #reviewAtMs = Infinity;
  #reviewedMs = -Infinity;
  #progressMs: number;
  #linkedMs: number | undefined;
  #isMailing = false;
  #isHere = true;

  constructor(id: string, world: Surroundings) {
    this.id = id;
    this.#world = world;
    const { upPerMs, downPerMs, pieces } = world.crowd;
    this.upPerMs = upPerMs;
    this.downPerMs = downPerMs;
    this.joinedMs = this.#progressMs = world.nowMs;
    this.#state = startClaims(id);
    this.#lacking = new Set(Array.from({ length: pieces }, (_, piece) => piece));
    this.#requests = new OriginRequests(world, this, {
      began: () => (this.#progressMs = world.nowMs),
      moved: (bytes) => this.#received(bytes),
      landed: (piece) => this.#got(piece),
      goesOn: (piece) => isStillOurs(this.#state, piece, 1, world.nowMs),
      freed: () => this.review(),
    });
    this.review();
  }

  has(piece: number): boolean {
    // Neighbours hear of it a moment later.
    return this.#world.nowMs - (this.hadMs.get(piece) ?? Infinity) >= this.#world.crowd.latencyMs;
  }

  hear(claims: readonly Claim[], from: string): void {
    if (!this.#isHere) return;
    const { state, news } = hearClaims(this.#state, claims, this.#world.nowMs);
    this.#state = state;
    this.#mail(news, from);
    if (news.length > 0) this.review();
  }

  linked(peer: Peer): void {
    this.#linkedMs ??= this.#world.nowMs;
    this.links.add(peer);
    const claims = [...knownClaims(this.#state, this.#world.nowMs), ...this.#own()];
    if (claims.length > 0) this.#world.say(this, peer, claims);
    this.review();
  }

  left(peer: Peer): void {
    this.links.delete(peer);
    for (const [piece, { from, stop }] of this.#asked) {
      if (from !== peer) continue;
      stop();
      this.#asked.delete(piece);
    }
    this.memberLeft(peer.id);
  }

  memberLeft(id: string): void {
    this.#state = forgetClaims(this.#state, id);
    this.review();
  }

  close(): void {
    this.#isHere = false;
    this.#requests.close();
    for (const { stop } of this.#asked.values()) stop();
  }

  review(): void {
    this.#reviewAt(Math.max(this.#world.nowMs, this.#reviewedMs + reviewPauseMs));
  }

  #reviewAt(atMs: number): void {
    if (atMs >= this.#reviewAtMs) return;
    this.#reviewAtMs = atMs;
    this.#world.at(atMs, () => {
      if (this.#reviewAtMs === atMs && this.#isHere) this.#reviewNow(this.#world.nowMs);
    });
  }

  #reviewNow(nowMs: number): void {
    this.#reviewedMs = nowMs;
    this.#reviewAtMs = Infinity;
    if (this.#lacking.size > 0) {
      this.#requests.keepOnly(
        (piece) => !isOvertaken(this.#state, piece, nowMs) || this.#holders(piece).length === 0,
      );
      this.#takeTurn(nowMs);
      this.#askNeighbours();
    }
    this.#tell(nowMs);
  }

  #takeTurn(nowMs: number): void {
    const requests = this.#requests;
    const turn = takeTurn(
      this.#state,
      {
        wanted: [...this.#lacking],
        flying: requests.flying,
        isBusy: requests.isBusy,
        isHeld: (piece) => this.#holders(piece).length > 0,
        progressMs: this.#progressMs,
        notBeforeMs: this.#notBeforeMs(),
        room: isAlone(this.#state, nowMs) ? Infinity : requests.room,
        group: 1,
      },
      nowMs,
    );
    this.#state = turn.state;
    requests.start(turn.fetch.filter((piece) => !this.#asked.has(piece)));
    this.#reviewAt(Math.min(turn.wakeMs, nowMs + 1_000));
  }

  #notBeforeMs(): number {
    if (this.links.size > 0) return (this.#linkedMs ?? 0) + listenMs;
    return this.joinedMs + (this.#world.isConnecting(this) ? connectMs : 0);
  }

  #holders(piece: number): readonly Peer[] {
    return [...this.links].filter((peer) => peer.has(piece));
  }

  /** Any order, so that neighbours come to have different pieces. */
  #askNeighbours(): void {
    const { chance } = this.#world;
    const busy = new Map<Peer, number>();
    for (const { from } of this.#asked.values()) busy.set(from, (busy.get(from) ?? 0) + 1);
    for (const piece of chance.shuffled([...this.#lacking])) {
      if (this.#asked.has(piece) || this.#requests.flying.has(piece)) continue;
      const free = this.#holders(piece).filter((peer) => (busy.get(peer) ?? 0) < pipeline);
      if (free.length === 0) continue;
      const from = chance.of(free);
      busy.set(from, (busy.get(from) ?? 0) + 1);
      const stop = this.#world.transfer(from, this, {
        moved: (bytes) => this.#received(bytes),
        landed: () => this.#got(piece),
      });
      this.#asked.set(piece, { from, stop });
    }
  }

  #received(bytes: number): void {
    this.receivedBytes += bytes;
    this.#progressMs = this.#world.nowMs;
  }

  #got(piece: number): void {
    this.#progressMs = this.#world.nowMs;
    this.#asked.delete(piece);
    this.hadMs.set(piece, this.#world.nowMs);
    this.#lacking.delete(piece);
    if (this.#lacking.size === 0) this.doneMs = this.#world.nowMs;
    this.review();
    this.#world.after(this.#world.crowd.latencyMs, () => {
      for (const peer of this.links) peer.review();
    });
  }

  #tell(nowMs: number): void {
    const isWanting = this.#lacking.size > 0;
    const text = JSON.stringify([isWanting, [...this.#requests.flying], this.#requests.done.size]);
    const isDue = isWanting && nowMs - this.#saidMs >= renewalMs(this.#state.others.size);
    if (text === this.#told && !isDue) return;
    this.#told = text;
    this.#saidMs = nowMs;
    this.#seq++;
    this.#mail(this.#own(), this.id);
  }

  #own(): readonly Claim[] {
    if (this.#seq === 0) return [];
    const runs = (pieces: Iterable<number>) => runsOf([...pieces].sort((a, b) => a - b));
    const { flying, done } = this.#requests;
    return [
      {
        by: this.id,
        seq: this.#seq,
        ageMs: 0,
        wants: runs(this.#lacking),
        flying: runs(flying),
        done: runs(done),
      },
    ];
  }

  #mail(claims: readonly Claim[], from: string): void {
    for (const claim of claims) this.#news.set(claim.by, { claim, from });
    if (claims.length === 0 || this.#isMailing) return;
    this.#isMailing = true;
    this.#world.after(mailPauseMs, () => {
      this.#isMailing = false;
      const news = [...this.#news.values()];
      this.#news.clear();
      for (const peer of this.links) {
        const fresh = news.filter(({ claim, from }) => from !== peer.id && claim.by !== peer.id);
        if (fresh.length > 0 && this.#isHere)
          this.#world.say(
            this,
            peer,
            fresh.map(({ claim }) => claim),
          );
      }
    });
  }
}

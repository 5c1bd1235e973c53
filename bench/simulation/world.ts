/** A crowd, its origin and its tracker, seen from above. */

import type { Claim } from '../../protocol/peer-messages.ts';
import type { Chance } from './chance.ts';
import type { Crowd, Outcome } from './crowd.ts';
import { Liar } from './liar.ts';
import { Member } from './member.ts';
import { Network, type Host } from './network.ts';
import { newId, type Peer, type Surroundings, type Watcher } from './peer.ts';
import { Timeline } from './timeline.ts';

/** As policy/links.ts has it: links that each opens, and those that it accepts besides. */
const opened = 3;
const linksLimit = 12;
/** To make a connection takes so many ways there and back. */
const connectTrips = 3;

/** Lets a crowd come, and tells what became of it. */
export function playCrowd(crowd: Crowd, chance: Chance): Outcome {
  return new World(crowd, chance).play();
}

class World implements Surroundings {
  readonly crowd: Crowd;
  readonly chance: Chance;
  readonly #timeline = new Timeline();
  readonly #network = new Network(this.#timeline);
  readonly #origin: Host;
  readonly #here = new Set<Peer>();
  readonly #connecting = new Map<Peer, number>();
  /** Honest ones that are here to stay, and those that are not. */
  readonly #staying: Member[] = [];
  readonly #leaving: Member[] = [];
  readonly #copies: number[];
  readonly #roles: ('liar' | 'leaver' | 'stayer')[];
  #originBytes = 0;
  #unfinished: number;

  constructor(crowd: Crowd, chance: Chance) {
    this.crowd = crowd;
    this.chance = chance;
    this.#origin = { upPerMs: crowd.originPerMs, downPerMs: 0 };
    this.#copies = Array.from({ length: crowd.pieces }, () => 0);
    this.#unfinished = crowd.arrivalsMs.length;
    this.#roles = [...rolesFor(crowd, chance)];
  }

  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  play(): Outcome {
    for (const atMs of this.crowd.arrivalsMs) this.at(atMs, () => this.#join());
    this.#timeline.run(this.crowd.untilMs, () => this.#isOver());
    return {
      timesMs: this.#staying.map(({ doneMs, joinedMs }) => doneMs - joinedMs).sort((a, b) => a - b),
      originBytes: this.#originBytes,
      receivedBytes: [...this.#staying, ...this.#leaving].reduce((sum, one) => sum + one.receivedBytes, 0),
      copies: this.#copies,
    };
  }

  at(atMs: number, happen: () => void): void {
    this.#timeline.at(atMs, happen);
  }

  after(laterMs: number, happen: () => void): void {
    this.#timeline.after(laterMs, happen);
  }

  isConnecting(peer: Peer): boolean {
    return (this.#connecting.get(peer) ?? 0) > 0;
  }

  say(from: Peer, to: Peer, claims: readonly Claim[]): void {
    if (this.crowd.loss > 0 && this.chance.is(this.crowd.loss)) return;
    this.after(this.crowd.latencyMs, () => {
      if (to.links.has(from)) to.hear(claims, from.id);
    });
  }

  transfer(from: Peer, to: Peer, watcher: Watcher): () => void {
    return this.#network.send({ from, to, left: this.crowd.pieceBytes, ...watcher });
  }

  fromOrigin(to: Host, piece: number, { moved, landed }: Watcher, spare: number): () => void {
    return this.#network.send(
      {
        from: this.#origin,
        to,
        left: this.crowd.pieceBytes,
        moved: (bytes) => {
          this.#originBytes += bytes;
          moved(bytes);
        },
        landed: (more) => {
          this.#copies[piece] = (this.#copies[piece] ?? 0) + 1;
          landed(more);
        },
      },
      spare,
    );
  }

  #isOver(): boolean {
    return this.#unfinished === 0 && this.#staying.every(({ doneMs }) => doneMs < Infinity);
  }

  #join(): void {
    const { chance, crowd } = this;
    this.#unfinished--;
    const id = newId(chance);
    const role = this.#roles.pop();
    if (role === 'liar') return this.#enter(new Liar(id, this));
    const member = new Member(id, this);
    this.#enter(member);
    if (role !== 'leaver') return void this.#staying.push(member);
    this.#leaving.push(member);
    this.after(chance.between(0, crowd.leaveMs), () => this.#leave(member));
  }

  #enter(peer: Peer): void {
    this.#here.add(peer);
    this.#refill(peer);
  }

  #leave(peer: Peer): void {
    peer.close();
    this.#here.delete(peer);
    for (const other of peer.links) {
      other.left(peer);
      this.#refill(other);
    }
    peer.links.clear();
    if (this.crowd.tracker === 'hub') this.after(this.crowd.latencyMs, () => this.#tellGone(peer));
  }

  #tellGone({ id }: Peer): void {
    for (const other of this.#here) other.memberLeft(id);
  }

  #refill(peer: Peer): void {
    const others = [...this.#here].filter(
      (other) => other !== peer && !peer.links.has(other) && other.links.size < linksLimit,
    );
    for (const other of this.chance.shuffled(others).slice(0, Math.max(0, opened - peer.links.size))) {
      this.#count(peer, 1);
      this.after(connectTrips * 2 * this.crowd.latencyMs, () => {
        this.#count(peer, -1);
        if (!this.#here.has(peer) || !this.#here.has(other) || peer.links.has(other)) return peer.review();
        peer.linked(other);
        other.linked(peer);
      });
    }
  }

  #count(peer: Peer, by: number): void {
    this.#connecting.set(peer, (this.#connecting.get(peer) ?? 0) + by);
  }
}

function rolesFor(
  { arrivalsMs, liars, leavers }: Crowd,
  chance: Chance,
): readonly ('liar' | 'leaver' | 'stayer')[] {
  const liarsEnd = Math.round(liars * arrivalsMs.length);
  const leaversEnd = liarsEnd + Math.round(leavers * arrivalsMs.length);
  return chance.shuffled(
    arrivalsMs.map((_, at) => (at < liarsEnd ? 'liar' : at < leaversEnd ? 'leaver' : 'stayer')),
  );
}

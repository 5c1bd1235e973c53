/** A member that takes part in everything but what it says. */

import type { Claim, PieceRun } from '../../protocol/peer-messages.ts';
import { newId, type Peer, type Surroundings } from './peer.ts';

const saysEachMs = 1_000;
/** Members that it invents each time. */
const invented = 20;

export class Liar implements Peer {
  readonly id: string;
  readonly upPerMs = 0;
  readonly downPerMs = 0;
  readonly links = new Set<Peer>();
  readonly #world: Surroundings;
  #seq = 0;

  constructor(id: string, world: Surroundings) {
    this.id = id;
    this.#world = world;
    this.#lie();
  }

  has(): boolean {
    return false;
  }

  hear(): void {}

  linked(peer: Peer): void {
    this.links.add(peer);
    this.#world.say(this, peer, this.#claims());
  }

  left(peer: Peer): void {
    this.links.delete(peer);
  }

  memberLeft(): void {}

  review(): void {}

  close(): void {}

  #lie(): void {
    for (const peer of this.links) this.#world.say(this, peer, this.#claims());
    this.#world.after(saysEachMs, () => this.#lie());
  }

  #claims(): readonly Claim[] {
    const { crowd, chance } = this.#world;
    const all: readonly PieceRun[] = [[0, crowd.pieces - 1]];
    const isDone = crowd.lie === 'done';
    const names = crowd.lie === 'crowd' ? Array.from({ length: invented }, () => newId(chance)) : [this.id];
    this.#seq++;
    return names.map((by) => ({
      by,
      seq: this.#seq,
      ageMs: 0,
      wants: all,
      flying: isDone ? [] : all,
      done: isDone ? all : [],
    }));
  }
}

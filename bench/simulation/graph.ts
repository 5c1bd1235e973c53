/** Who is linked to whom in a crowd too large for objects: up to 12 links each, in one array. */

import type { Chance } from './chance.ts';

const linksLimit = 12;
const opened = 3;
/** Members that are tried before a page makes do with fewer links. */
const tries = 12;

export class Graph {
  readonly #links: Int32Array;
  readonly #counts: Uint8Array;
  readonly #chance: Chance;
  /** Members that are here, in any order, and where each stands in that list; -1: not here. */
  readonly #here: Int32Array;
  readonly #places: Int32Array;
  #size = 0;

  constructor(members: number, chance: Chance) {
    this.#links = new Int32Array(members * linksLimit);
    this.#counts = new Uint8Array(members);
    this.#here = new Int32Array(members);
    this.#places = new Int32Array(members).fill(-1);
    this.#chance = chance;
  }

  get size(): number {
    return this.#size;
  }

  degree(member: number): number {
    return this.#counts[member] ?? 0;
  }

  neighbour(member: number, at: number): number {
    return this.#links[member * linksLimit + at] ?? 0;
  }

  /** The bits that any of its neighbours has. */
  union(member: number, bits: Uint32Array): number {
    let union = 0;
    for (let at = 0; at < this.degree(member); at++) union |= bits[this.neighbour(member, at)] ?? 0;
    return union;
  }

  join(member: number): void {
    this.#refill(member);
    this.#places[member] = this.#size;
    this.#here[this.#size++] = member;
  }

  leave(member: number): void {
    const place = this.#places[member] ?? 0;
    const last = this.#here[--this.#size] ?? 0;
    this.#here[place] = last;
    this.#places[last] = place;
    this.#places[member] = -1;
    const neighbours = Array.from({ length: this.degree(member) }, (_, at) => this.neighbour(member, at));
    this.#counts[member] = 0;
    for (const other of neighbours) this.#unlink(other, member);
    for (const other of neighbours) this.#refill(other);
  }

  /** Connects two members; `false`: one has no room, or they are linked already. */
  linkTo(member: number, other: number): boolean {
    const isFull = this.degree(member) >= linksLimit || this.degree(other) >= linksLimit;
    if (isFull || other === member || this.#isLinked(member, other)) return false;
    this.#link(member, other);
    this.#link(other, member);
    return true;
  }

  /** The nearest member of this kind, no further than so many steps away. */
  find(member: number, steps: number, isIt: (other: number) => boolean): number | undefined {
    const seen = new Set([member]);
    let ring = [member];
    for (let step = 1; step <= steps; step++) {
      const next: number[] = [];
      for (const via of ring) {
        for (let at = 0; at < this.degree(via); at++) {
          const other = this.neighbour(via, at);
          if (seen.has(other)) continue;
          seen.add(other);
          if (isIt(other)) return other;
          next.push(other);
        }
      }
      ring = next;
    }
    return undefined;
  }

  #refill(member: number): void {
    for (let tried = 0; tried < tries && this.degree(member) < opened && this.#size > 0; tried++) {
      const other = this.#here[this.#chance.between(0, this.#size - 1)] ?? 0;
      this.linkTo(member, other);
    }
  }

  #isLinked(member: number, other: number): boolean {
    for (let at = 0; at < this.degree(member); at++) if (this.neighbour(member, at) === other) return true;
    return false;
  }

  #link(member: number, other: number): void {
    const count = this.degree(member);
    this.#links[member * linksLimit + count] = other;
    this.#counts[member] = count + 1;
  }

  #unlink(member: number, other: number): void {
    const last = this.degree(member) - 1;
    for (let at = 0; at <= last; at++) {
      if (this.neighbour(member, at) !== other) continue;
      this.#links[member * linksLimit + at] = this.neighbour(member, last);
      this.#counts[member] = last;
      return;
    }
  }
}

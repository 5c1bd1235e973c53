/** Something that stands in a {@link MemberList}. */
export interface Listed {
  readonly peerId: string;
}

/**
 * Who is in a swarm: an array beside a map of positions, so that joining, leaving and picking at
 * random cost the same however large the swarm is.
 */
export class MemberList<M extends Listed> {
  readonly #members: M[] = [];
  readonly #positions = new Map<string, number>();

  get size(): number {
    return this.#members.length;
  }

  get(peerId: string): M | undefined {
    const position = this.#positions.get(peerId);
    return position === undefined ? undefined : this.#members[position];
  }

  has(member: M): boolean {
    return this.get(member.peerId) === member;
  }

  /** No effect when the peer id is listed. */
  add(member: M): void {
    if (this.#positions.has(member.peerId)) return;
    this.#positions.set(member.peerId, this.#members.push(member) - 1);
  }

  /** The last one takes the place of the one that leaves. No effect when it is not listed. */
  remove(member: M): void {
    const position = this.#positions.get(member.peerId);
    if (position === undefined || this.#members[position] !== member) return;
    this.#positions.delete(member.peerId);
    const last = this.#members.pop();
    if (last === undefined || last === member) return;
    this.#members[position] = last;
    this.#positions.set(last.peerId, position);
  }

  /**
   * Up to `count` different members at random, without `except`; costs O(count). A Fisher-Yates
   * shuffle of which only the first steps are carried out, on a map instead of a copy.
   */
  sample(count: number, random: () => number, except?: M): M[] {
    const moved = new Map<number, M>();
    const chosen: M[] = [];
    for (let at = 0; at < this.#members.length && chosen.length < count; at++) {
      const pick = at + Math.floor(random() * (this.#members.length - at));
      const picked = moved.get(pick) ?? this.#members[pick];
      const here = moved.get(at) ?? this.#members[at];
      if (picked === undefined || here === undefined) break;
      moved.set(pick, here);
      if (picked !== except) chosen.push(picked);
    }
    return chosen;
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.#members.values();
  }
}

/** A clock that jumps from one event to the next. */

interface Planned {
  readonly atMs: number;
  /** Breaks ties: what was planned first happens first. */
  readonly order: number;
  readonly happen: () => void;
}

export class Timeline {
  /** A binary heap, the soonest first. */
  readonly #heap: Planned[] = [];
  #nowMs = 0;
  #order = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, happen: () => void): void {
    const heap = this.#heap;
    const planned = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, happen };
    let at = heap.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = heap[(at - 1) >> 1];
      if (parent === undefined || !isSooner(planned, parent)) break;
      heap[at] = parent;
    }
    heap[at] = planned;
  }

  after(laterMs: number, happen: () => void): void {
    this.at(this.#nowMs + laterMs, happen);
  }

  /** Lets things happen until `isOver` or the time is up. */
  run(untilMs: number, isOver: () => boolean): void {
    for (
      let next = this.#heap[0];
      next !== undefined && next.atMs <= untilMs && !isOver();
      [next] = this.#heap
    ) {
      this.#removeFirst();
      this.#nowMs = next.atMs;
      next.happen();
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      let sooner = left;
      if (right !== undefined && isSooner(right, left)) {
        sooner = right;
        child++;
      }
      if (!isSooner(sooner, last)) break;
      heap[at] = sooner;
      at = child;
    }
    heap[at] = last;
  }
}

function isSooner(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Rates: each host's uplink and downlink is shared by what goes over it, and so is the origin's. */

import type { Timeline } from './timeline.ts';

export interface Host {
  readonly upPerMs: number;
  readonly downPerMs: number;
}

interface Flow {
  readonly from: Host;
  readonly to: Host;
  left: number;
  /** Called once; `spare`: bytes that could have come besides. */
  readonly landed: (spare: number) => void;
  readonly moved: (bytes: number) => void;
}

/** Rates are shared out anew this often. */
const stepMs = 10;

export class Network {
  readonly #timeline: Timeline;
  readonly #flows = new Set<Flow>();
  #isStepping = false;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** Sends bytes. Returns what ends it. */
  send(flow: Flow, spare = 0): () => void {
    const ahead = Math.min(flow.left - 1, spare);
    flow.left -= ahead;
    flow.moved(ahead);
    this.#flows.add(flow);
    if (!this.#isStepping) {
      this.#isStepping = true;
      this.#timeline.after(stepMs, () => this.#step());
    }
    return () => this.#flows.delete(flow);
  }

  #step(): void {
    const ups = new Map<Host, number>();
    const downs = new Map<Host, number>();
    const flows = [...this.#flows];
    for (const { from, to } of flows) {
      ups.set(from, (ups.get(from) ?? 0) + 1);
      downs.set(to, (downs.get(to) ?? 0) + 1);
    }
    for (const flow of flows) {
      const { from, to } = flow;
      const rate = Math.min(from.upPerMs / (ups.get(from) ?? 1), to.downPerMs / (downs.get(to) ?? 1));
      const bytes = Math.min(flow.left, rate * stepMs);
      if (!this.#flows.has(flow)) continue;
      flow.left -= bytes;
      flow.moved(bytes);
      if (flow.left > 0) continue;
      this.#flows.delete(flow);
      flow.landed(rate * stepMs - bytes);
    }
    this.#isStepping = this.#flows.size > 0;
    if (this.#isStepping) this.#timeline.after(stepMs, () => this.#step());
  }
}

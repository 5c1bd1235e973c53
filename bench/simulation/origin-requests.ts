/** What a member has on the way from the origin: requests of one run of pieces each, as loader/swarm/origin-runs.ts makes them. */

import { runsOf } from '../../policy/pack-layout.ts';
import type { Host } from './network.ts';
import type { Surroundings } from './peer.ts';

/** As in loader/swarm/origin-budget.ts. */
const sharedBytes = 1024 * 1024;
const requestsLimit = 6;

export interface OriginEvents {
  began(): void;
  moved(bytes: number): void;
  landed(piece: number): void;
  goesOn(piece: number): boolean;
  /** A request has ended. */
  freed(): void;
}

export class OriginRequests {
  readonly flying = new Set<number>();
  readonly done = new Set<number>();
  readonly #world: Surroundings;
  readonly #host: Host;
  readonly #events: OriginEvents;
  readonly #runs = new Map<() => void, readonly [first: number, last: number]>();

  constructor(world: Surroundings, host: Host, events: OriginEvents) {
    this.#world = world;
    this.#host = host;
    this.#events = events;
  }

  get isBusy(): boolean {
    return this.#runs.size > 0;
  }

  get room(): number {
    const { pieceBytes } = this.#world.crowd;
    const bytes = this.flying.size * pieceBytes;
    return bytes > sharedBytes / 2 ? 0 : Math.max(1, (sharedBytes - bytes) / pieceBytes);
  }

  start(pieces: readonly number[]): void {
    for (const [first, last] of runsOf([...pieces].sort((a, b) => a - b))) {
      if (this.#runs.size < requestsLimit) this.#start(first, last);
    }
  }

  /** Ends requests of which nothing is to be kept. */
  keepOnly(isKept: (piece: number) => boolean): void {
    for (const [stop, [first, last]] of this.#runs) {
      const rest = [...this.flying].filter((piece) => piece >= first && piece <= last);
      if (rest.some(isKept)) continue;
      stop();
      for (const piece of rest) this.flying.delete(piece);
      this.#runs.delete(stop);
      this.#events.freed();
    }
  }

  close(): void {
    for (const stop of this.#runs.keys()) stop();
  }

  #start(first: number, last: number): void {
    for (let piece = first; piece <= last; piece++) this.flying.add(piece);
    this.#events.began();
    let end = (): void => {};
    let isOpen = true;
    const stop = (): void => {
      isOpen = false;
      end();
    };
    const next = (piece: number, spare: number): void => {
      end = this.#world.fromOrigin(
        this.#host,
        piece,
        {
          moved: (bytes) => this.#events.moved(bytes),
          landed: (more) => {
            this.flying.delete(piece);
            this.done.add(piece);
            this.#events.landed(piece);
            if (piece < last && this.#events.goesOn(piece + 1)) return next(piece + 1, more);
            for (let rest = piece + 1; rest <= last; rest++) this.flying.delete(rest);
            this.#runs.delete(stop);
            this.#events.freed();
          },
        },
        spare,
      );
    };
    this.#runs.set(stop, [first, last]);
    // There and back.
    this.#world.after(2 * this.#world.crowd.latencyMs, () => {
      if (isOpen) next(first, 0);
    });
  }
}

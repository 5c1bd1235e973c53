/** Which peers have proved themselves (policy/probation.ts), over all packs. */

import {
  deceived,
  gone,
  isCountedOn,
  mayTry,
  proved,
  startProbation,
  tried,
} from '../../policy/probation.ts';

export class Proving {
  readonly #onDeceived: () => void;
  #state = startProbation;

  constructor(onDeceived: () => void) {
    this.#onDeceived = onDeceived;
  }

  mayTry(peer: string, piece: string): boolean {
    return mayTry(this.#state, peer, piece, performance.now());
  }

  tried(peer: string, piece: string): void {
    this.#state = tried(this.#state, peer, piece, performance.now());
  }

  proved(peers: readonly string[]): void {
    this.#state = proved(this.#state, peers);
  }

  deceived(): void {
    this.#state = deceived(this.#state);
    this.#onDeceived();
  }

  isCountedOn(peer: string): boolean {
    return isCountedOn(this.#state, peer);
  }

  gone(peer: string): void {
    this.#state = gone(this.#state, peer);
  }
}

/**
 * The attribution of one pack's pieces: keeps policy/attribution.ts's states, and carries out what
 * follows from them.
 */

import {
  failed,
  freshPiece,
  isStalled,
  mayRequest,
  passed,
  received,
  released,
  requested,
  restarted,
  sendersOf,
  type Block,
  type PieceAttribution,
} from '../../policy/attribution.ts';

export interface LedgerEvents {
  /** This peer sent wrong bytes, beyond doubt. */
  guilty(peer: string): void;
  /** The piece changes hands: blocks that were asked of `from` are free again. */
  takeOver(piece: number, from: string): void;
  /** What came of the piece is to be thrown away. */
  restart(piece: number): void;
}

export class Ledger {
  readonly #events: LedgerEvents;
  readonly #flying = new Map<number, PieceAttribution>();
  /** Who brought the pieces that passed. */
  readonly #brought = new Map<number, readonly string[]>();

  constructor(events: LedgerEvents) {
    this.#events = events;
  }

  mayRequest(piece: number, peer: string): boolean {
    const state = this.#of(piece);
    const nowMs = performance.now();
    if (isStalled(state, peer, nowMs)) {
      this.#flying.set(piece, restarted(state));
      this.#events.restart(piece);
      return true;
    }
    if (!mayRequest(state, peer, nowMs)) return false;
    if (state.owner !== undefined && state.owner !== peer) this.#events.takeOver(piece, state.owner);
    return true;
  }

  requested(piece: number, peer: string): void {
    this.#flying.set(piece, requested(this.#of(piece), peer, performance.now()));
  }

  received(piece: number, index: number, block: Block): void {
    this.#flying.set(piece, received(this.#of(piece), index, block, performance.now()));
  }

  /** The piece passed its SHA-1. */
  passed(piece: number): void {
    const state = this.#of(piece);
    this.#flying.delete(piece);
    this.#brought.set(piece, sendersOf(state.blocks));
    for (const peer of passed(state).guilty) this.#events.guilty(peer);
  }

  /** The piece failed its SHA-1. */
  failed(piece: number): void {
    const { piece: next, guilty } = failed(this.#of(piece));
    this.#flying.set(piece, next);
    for (const peer of guilty) this.#events.guilty(peer);
  }

  /** Pieces passed their SHA-1 and are wrong all the same (a collision): if one peer brought all, it is that one. */
  wrong(pieces: readonly number[]): void {
    const senders = new Set(pieces.flatMap((piece) => this.#brought.get(piece) ?? []));
    for (const piece of pieces) this.#brought.delete(piece);
    const [only] = senders;
    if (senders.size === 1 && only !== undefined) this.#events.guilty(only);
  }

  /** `isGuilty`: pieces that have a block of it start over, instead of failing later. */
  left(peer: string, isGuilty: boolean): void {
    for (const [piece, state] of this.#flying) {
      const isTainted = isGuilty && sendersOf(state.blocks).includes(peer);
      this.#flying.set(piece, isTainted ? restarted(state) : released(state, peer));
      if (isTainted) this.#events.restart(piece);
    }
  }

  #of(piece: number): PieceAttribution {
    return this.#flying.get(piece) ?? freshPiece;
  }
}

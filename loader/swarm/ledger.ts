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
import type { Proving } from './proving.ts';

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
  readonly #infohash: string;
  readonly #proving: Proving;
  readonly #flying = new Map<number, PieceAttribution>();
  /** Who brought the pieces that passed. */
  readonly #brought = new Map<number, readonly string[]>();

  constructor(infohash: string, proving: Proving, events: LedgerEvents) {
    this.#infohash = infohash;
    this.#proving = proving;
    this.#events = events;
  }

  mayRequest(piece: number, peer: string): boolean {
    if (!this.#proving.mayTry(peer, this.#nameOf(piece))) return false;
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
    this.#proving.tried(peer, this.#nameOf(piece));
    this.#flying.set(piece, requested(this.#of(piece), peer, performance.now()));
  }

  received(piece: number, index: number, block: Block): void {
    this.#proving.tried(block.sender, this.#nameOf(piece));
    this.#flying.set(piece, received(this.#of(piece), index, block, performance.now()));
  }

  /** The piece passed its SHA-1. */
  passed(piece: number): void {
    const state = this.#of(piece);
    this.#flying.delete(piece);
    const senders = sendersOf(state.blocks);
    this.#brought.set(piece, senders);
    this.#proving.proved(senders);
    for (const peer of passed(state).guilty) this.#events.guilty(peer);
  }

  /** The piece has come from elsewhere: what peers brought of it does not count. */
  settled(piece: number): void {
    this.#flying.delete(piece);
  }

  /** The piece failed its SHA-1. */
  failed(piece: number): void {
    const { piece: next, guilty } = failed(this.#of(piece));
    // Of several senders nobody is known to be guilty yet: the piece comes again, from one alone.
    if (guilty.length > 0) this.#proving.deceived();
    this.#flying.set(piece, next);
    for (const peer of guilty) this.#events.guilty(peer);
  }

  /** Pieces passed their SHA-1 and are wrong all the same (a collision): if one peer brought all, it is that one. */
  wrong(pieces: readonly number[]): void {
    const senders = new Set(pieces.flatMap((piece) => this.#brought.get(piece) ?? []));
    for (const piece of pieces) this.#brought.delete(piece);
    this.#proving.deceived();
    const [only] = senders;
    if (senders.size === 1 && only !== undefined) this.#events.guilty(only);
  }

  /** `isGuilty`: pieces that have a block of it start over, instead of failing later. */
  left(peer: string, isGuilty: boolean): void {
    this.#proving.gone(peer);
    for (const [piece, state] of this.#flying) {
      const isTainted = isGuilty && sendersOf(state.blocks).includes(peer);
      this.#flying.set(piece, isTainted ? restarted(state) : released(state, peer));
      if (isTainted) this.#events.restart(piece);
    }
  }

  #nameOf(piece: number): string {
    return `${this.#infohash}/${piece}`;
  }

  #of(piece: number): PieceAttribution {
    return this.#flying.get(piece) ?? freshPiece;
  }
}

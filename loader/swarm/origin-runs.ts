/** What this page fetches of one pack from the origin when it is its turn: one request for each run of pieces. */

import { runsOf, type Pieces } from '../../policy/pack-layout.ts';
import type { OriginBudget } from './origin-budget.ts';
import { fetchRun, type OriginPlace, type RunEvents } from './origin-run.ts';

export interface OriginRunsOwner extends RunEvents {
  readonly budget: OriginBudget;
  /** The one asset whose bytes make up the piece, and where the origin has it; `undefined` where there is none. */
  placeOf(piece: number): OriginPlace | undefined;
  /** A piece has landed, or will not come. */
  landed(): void;
  /** The origin does not give an asset as it should be. */
  refused(): void;
}

export class OriginRuns {
  readonly #owner: OriginRunsOwner;
  readonly #flying = new Set<number>();
  readonly #done = new Set<number>();
  readonly #runs = new Map<AbortController, readonly [first: number, last: number]>();
  /** Digests of assets that the origin does not give as they should be. */
  readonly #refused = new Set<string>();

  constructor(owner: OriginRunsOwner) {
    this.#owner = owner;
  }

  /** Pieces that are on their way. */
  get flying(): ReadonlySet<number> {
    return this.#flying;
  }

  /** Pieces that came and were right. */
  get done(): ReadonlySet<number> {
    return this.#done;
  }

  /** Whether the origin can be asked for the piece. */
  canFetch(piece: number): boolean {
    const place = this.#owner.placeOf(piece);
    return place !== undefined && !this.#refused.has(place.asset.digest);
  }

  /** An asset is wanted anew: the origin is given another chance. */
  renew(digest: string): void {
    this.#refused.delete(digest);
  }

  start(fetch: readonly number[], pieces: Pieces): void {
    const { budget } = this.#owner;
    for (const [first, last] of runsOf([...fetch].sort((a, b) => a - b))) {
      for (let at = first; at <= last && budget.mayRequest;) {
        const place = this.#owner.placeOf(at);
        let end = at;
        while (end < last && this.#owner.placeOf(end + 1)?.asset === place?.asset) end++;
        if (place !== undefined) void this.#fetch(at, end, place, pieces);
        at = end + 1;
      }
    }
  }

  /** Ends runs of which nothing is wanted any more. */
  keepOnly(wanted: readonly number[]): void {
    for (const [run, [first, last]] of this.#runs) {
      if (!wanted.some((piece) => piece >= first && piece <= last)) run.abort();
    }
  }

  close(): void {
    for (const run of this.#runs.keys()) run.abort();
  }

  async #fetch(first: number, last: number, place: OriginPlace, pieces: Pieces): Promise<void> {
    const owner = this.#owner;
    const run = new AbortController();
    this.#runs.set(run, [first, last]);
    for (let piece = first; piece <= last; piece++) this.#flying.add(piece);
    owner.budget.begin((last - first + 1) * pieces.pieceBytes);
    const end = await fetchRun(
      { first, last, place, pieces, signal: run.signal },
      {
        chunk: (asset, at, bytes) => owner.chunk(asset, at, bytes),
        bring: async (piece, bytes) => {
          const isRight = await owner.bring(piece, bytes);
          if (isRight) this.#done.add(piece);
          this.#land(piece, pieces);
          return isRight;
        },
        goesOn: (piece) => owner.goesOn(piece),
      },
    );
    this.#runs.delete(run);
    for (let piece = first; piece <= last; piece++) this.#land(piece, pieces);
    owner.budget.end();
    if (end === 'done' || run.signal.aborted) return;
    // The worker asks the origin for the rest, and finds out what is wrong.
    this.#refused.add(place.asset.digest);
    owner.refused();
  }

  #land(piece: number, { pieceBytes }: Pieces): void {
    if (!this.#flying.delete(piece)) return;
    this.#owner.budget.release(pieceBytes);
    this.#owner.landed();
  }
}

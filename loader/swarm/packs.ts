/** All packs of the releases in use, and what the worker says about them. */

import type { PackState } from '../../protocol/peer-messages.ts';
import type { PackLayout, PackedAsset, WorkerToHost } from '../../protocol/worker-messages.ts';
import { KeptRanges } from './kept-ranges.ts';
import { KeptReader } from './kept-reader.ts';
import { Pack, type PackContext } from './pack.ts';
import { PieceMemory } from './piece-memory.ts';
import { Waste } from './waste.ts';

interface Place {
  readonly pack: Pack;
  readonly asset: PackedAsset;
}

export type PacksOptions = Omit<PackContext, 'kept' | 'reader' | 'memory' | 'waste'> & {
  readonly base: string;
};

export class Packs {
  readonly #context: PackContext;
  readonly #base: string;
  readonly #packs = new Map<string, Pack>();
  /** Where an asset stands; more than once when two releases put it into different packs. */
  readonly #places = new Map<string, Place[]>();
  /** Which pack a running want went to. */
  readonly #wanted = new Map<number, Pack>();
  #chunkBytes = 0;
  #loaded: Promise<void> | undefined;

  constructor({ base, ...context }: PacksOptions) {
    this.#base = base;
    this.#context = {
      ...context,
      kept: new KeptRanges(),
      reader: new KeptReader(base),
      memory: new PieceMemory(),
      waste: new Waste(),
    };
  }

  /** Messages are handled one after the other: a `want` waits for the `packs` before it. */
  async receive(message: WorkerToHost): Promise<void> {
    if (message.t === 'packs') this.#loaded ??= this.#context.kept.load(this.#base).catch(() => undefined);
    await this.#loaded;
    switch (message.t) {
      case 'packs':
        return this.#replace(message.piece, message.packs);
      case 'want':
        return this.#want(message);
      case 'cancel':
        this.#wanted.get(message.id)?.cancel(message.id);
        this.#wanted.delete(message.id);
        return;
      case 'bad':
        this.#context.reader.forget(message.digest);
        for (const { pack, asset } of this.#of(message.digest))
          pack.bad(asset, message.chunk, this.#chunkBytes);
        return;
      case 'kept':
        this.#context.kept.add(message.digest, message);
        for (const { pack, asset } of this.#of(message.digest)) pack.kept(asset, message);
        return;
      case 'dropped':
        this.#context.kept.drop(message.digest);
        this.#context.reader.forget(message.digest);
        for (const { pack, asset } of this.#of(message.digest)) pack.dropped(asset);
        return;
    }
  }

  get(infohash: string): Pack | undefined {
    return this.#packs.get(infohash);
  }

  all(): Iterable<Pack> {
    return this.#packs.values();
  }

  /** What peers are told: only the packs that we have or want something of. */
  states(): ReadonlyMap<string, PackState> {
    const states = new Map<string, PackState>();
    for (const [infohash, { state }] of this.#packs) {
      if (state.state !== 'none' || state.wants) states.set(infohash, state);
    }
    return states;
  }

  /** The worker that wanted them is gone; what it kept or dropped last may not have been heard. */
  workerRestarted(): void {
    this.#wanted.clear();
    this.#loaded = undefined;
    for (const pack of this.#packs.values()) pack.dropWants();
  }

  #replace(chunkBytes: number, layouts: readonly PackLayout[]): void {
    this.#chunkBytes = chunkBytes;
    const listed = new Set(layouts.map(({ infohash }) => infohash));
    for (const [infohash, pack] of this.#packs) {
      if (listed.has(infohash)) continue;
      pack.close();
      this.#packs.delete(infohash);
    }
    for (const layout of layouts) {
      if (!this.#packs.has(layout.infohash))
        this.#packs.set(layout.infohash, new Pack(layout, this.#context));
    }
    this.#places.clear();
    for (const pack of this.#packs.values()) {
      for (const asset of pack.layout.assets) {
        this.#places.set(asset.digest, [...this.#of(asset.digest), { pack, asset }]);
      }
    }
    this.#context.changed();
  }

  #want({ id, digest, chunks, timeoutMs }: WorkerToHost & { readonly t: 'want' }): void {
    const [place] = this.#of(digest);
    if (place === undefined) return this.#context.post({ t: 'none', id });
    this.#wanted.set(id, place.pack);
    place.pack.want({ id, asset: place.asset, chunks, chunkBytes: this.#chunkBytes, timeoutMs });
  }

  #of(digest: string): readonly Place[] {
    return this.#places.get(digest) ?? [];
  }
}

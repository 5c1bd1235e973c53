/** Carries out a race: asks swarm and HTTP as the policy says, and lets only verified chunks out. */

import { isChunk, type Asset } from '../manifests/index.ts';
import { patienceFor } from '../policy/patience.ts';
import {
  raceFor,
  stepRace,
  type Outlook,
  type RaceEffect,
  type RaceEvent,
  type RaceState,
} from '../policy/race.ts';
import type { Host } from './host.ts';
import { fetchChunks } from './http.ts';
import type { Chunks } from './kept.ts';

/** What is to be had, and what for. */
export interface RaceAsk {
  readonly asset: Asset;
  readonly chunks: readonly number[];
  readonly chunkBytes: number;
  readonly layers: Uint8Array | undefined;
  readonly outlook: Outlook;
  readonly destination: string;
  readonly url: string;
  /** Aborted when the page no longer wants it. */
  readonly signal: AbortSignal;
}

/** Bytes by what became of them. */
export interface Tally {
  httpBytes: number;
  swarmBytes: number;
  cacheBytes: number;
  discardedBytes: number;
  rejectedBytes: number;
}

export function emptyTally(): Tally {
  return { httpBytes: 0, swarmBytes: 0, cacheBytes: 0, discardedBytes: 0, rejectedBytes: 0 };
}

export type RaceResult =
  | { readonly kind: 'won'; readonly chunks: Chunks; readonly timedOut: boolean }
  | { readonly kind: 'failed'; readonly reason: 'sources' | 'origin-mismatch' | 'aborted' };

/** Never rejects; `tally` is filled also when the race is lost. */
export function race(ask: RaceAsk, host: Host, tally: Tally): Promise<RaceResult> {
  return new Promise((resolve) => new Race(ask, host, tally, resolve).begin());
}

class Race {
  readonly #ask: RaceAsk;
  readonly #host: Host;
  readonly #tally: Tally;
  readonly #resolve: (result: RaceResult) => void;
  readonly #won: Chunks = new Map();
  readonly #http = new AbortController();
  #state: RaceState;
  #cancelSwarm: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timedOut = false;
  readonly #onAbort = (): void => this.#over({ kind: 'failed', reason: 'aborted' });

  constructor(ask: RaceAsk, host: Host, tally: Tally, resolve: (result: RaceResult) => void) {
    this.#ask = ask;
    this.#host = host;
    this.#tally = tally;
    this.#resolve = resolve;
    const bytes = ask.chunks.length * ask.chunkBytes;
    const { destination, outlook } = ask;
    this.#state = raceFor(ask.chunks, patienceFor({ destination, bytes, outlook }));
  }

  begin(): void {
    if (this.#ask.signal.aborted) return this.#onAbort();
    this.#ask.signal.addEventListener('abort', this.#onAbort);
    this.#step({ kind: 'start', nowMs: performance.now(), outlook: this.#ask.outlook });
  }

  #step(event: RaceEvent): void {
    const { state, effects } = stepRace(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: RaceEffect): void {
    switch (effect.kind) {
      case 'ask':
        if (effect.source === 'swarm') this.#askSwarm(effect.chunks);
        else this.#askHttp(effect.chunks);
        return;
      case 'cancel':
        if (effect.source === 'swarm') this.#cancelSwarm?.();
        else this.#http.abort();
        return;
      case 'wake':
        clearTimeout(this.#timer);
        this.#timer = setTimeout(
          () => this.#step({ kind: 'tick', nowMs: performance.now() }),
          Math.max(0, effect.atMs - performance.now()),
        );
        return;
      case 'done':
        return this.#over({ kind: 'won', chunks: this.#won, timedOut: this.#timedOut });
      case 'failed':
        return this.#over({ kind: 'failed', reason: effect.reason });
    }
  }

  #askSwarm(chunks: readonly number[]): void {
    const { asset } = this.#ask;
    const timeoutMs = this.#state.patience.totalMs + 60_000;
    const ended = (): void => this.#step({ kind: 'ended', nowMs: performance.now(), source: 'swarm' });
    this.#cancelSwarm = this.#host.want(asset.digest, chunks, timeoutMs, {
      onChunk: (chunk, bytes) => void this.#check('swarm', chunk, bytes),
      onEnd: ended,
    });
    if (this.#cancelSwarm === undefined) ended();
  }

  #askHttp(chunks: readonly number[]): void {
    if (this.#state.swarm === 'running') this.#timedOut = true;
    const { asset, url, chunkBytes } = this.#ask;
    const checks: Promise<void>[] = [];
    const fetching = fetchChunks({
      url,
      asset,
      chunks,
      chunkBytes,
      signal: this.#http.signal,
      onChunk: (chunk, bytes) => checks.push(this.#check('http', chunk, bytes)),
      onExcess: (bytes) => (this.#tally.discardedBytes += bytes),
    });
    const ended = async (): Promise<void> => {
      await Promise.all(checks);
      this.#step({ kind: 'ended', nowMs: performance.now(), source: 'http' });
    };
    void fetching.then(ended, ended);
  }

  async #check(source: 'swarm' | 'http', chunk: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { asset, chunkBytes, layers } = this.#ask;
    const isRight = await isChunk(asset, chunk, bytes, chunkBytes, layers);
    const nowMs = performance.now();
    if (!isRight) {
      this.#tally.rejectedBytes += bytes.length;
      if (source === 'swarm') this.#host.bad(asset.digest, chunk);
      return this.#step({ kind: 'bad', nowMs, source, chunk });
    }
    if (this.#state.phase === 'over' || !this.#state.missing.has(chunk)) {
      this.#tally.discardedBytes += bytes.length;
      return;
    }
    this.#tally[source === 'swarm' ? 'swarmBytes' : 'httpBytes'] += bytes.length;
    this.#won.set(chunk, bytes);
    this.#step({ kind: 'good', nowMs, source, chunk });
  }

  #over(result: RaceResult): void {
    clearTimeout(this.#timer);
    this.#ask.signal.removeEventListener('abort', this.#onAbort);
    this.#cancelSwarm?.();
    this.#http.abort();
    this.#resolve(result);
  }
}

/** Carries out a race: asks swarm and HTTP as the policy says, and lets only verified chunks out. */

import { isChunk } from '../manifests/index.ts';
import { patienceFor } from '../policy/patience.ts';
import {
  raceFor,
  stepRace,
  type Outlook,
  type RaceEffect,
  type RaceEvent,
  type Source,
} from '../policy/race.ts';
import { failedToServe, hedgeMs, isResting, served } from '../policy/swarm-record.ts';
import type { Assembly } from './assembly.ts';
import { within } from './deadline.ts';
import type { Host } from './host.ts';
import { fetchChunks } from './http.ts';

/** A want outlives its race's patience by this much: late chunks of it are still worth having. */
const wantGraceMs = 60_000;
/** Hashing a chunk takes a millisecond: if it does not end, nothing can be verified here. */
const checkLimitMs = 10_000;

/** What is to be had, and what for. */
export interface RaceAsk {
  /** What is missing in it is raced for, and put into it. */
  readonly assembly: Assembly;
  readonly layers: Uint8Array | undefined;
  readonly outlook: Outlook;
  readonly destination: string;
  readonly waits: boolean;
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

const aborted: RaceResult = { kind: 'failed', reason: 'aborted' };

export function emptyTally(): Tally {
  return { httpBytes: 0, swarmBytes: 0, cacheBytes: 0, discardedBytes: 0, rejectedBytes: 0 };
}

export type RaceResult =
  | { readonly kind: 'won'; readonly timedOut: boolean }
  | { readonly kind: 'failed'; readonly reason: 'sources' | 'origin-mismatch' | 'aborted' };

/** Never rejects; `tally` is filled also when the race is lost. */
export function race(ask: RaceAsk, host: Host, tally: Tally): Promise<RaceResult> {
  const { assembly, layers, outlook, destination, waits, url, signal } = ask;
  const { asset, chunkBytes, missing } = assembly;
  const http = new AbortController();
  const bytes = missing.length * chunkBytes;
  const queuedBytes = host.queuedChunks * chunkBytes;
  const startedMs = performance.now();
  const shown = { hedgeMs: hedgeMs(host.record), rests: isResting(host.record, startedMs) };
  const need = { destination, bytes, outlook, queuedBytes, waits, ...shown };
  let state = raceFor(missing, patienceFor(need));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cancelSwarm: (() => void) | undefined;
  let timedOut = false;

  return new Promise((resolve) => {
    signal.addEventListener('abort', () => over(aborted));
    if (signal.aborted) over(aborted);
    else step({ kind: 'start', nowMs: performance.now(), outlook });

    function step(event: RaceEvent): void {
      const next = stepRace(state, event);
      state = next.state;
      for (const effect of next.effects) carryOut(effect);
    }

    function carryOut(effect: RaceEffect): void {
      switch (effect.kind) {
        case 'ask':
          return effect.source === 'swarm' ? askSwarm(effect.chunks) : askHttp(effect.chunks);
        case 'cancel':
          return effect.source === 'swarm' ? cancelSwarm?.() : http.abort();
        case 'wake':
          clearTimeout(timer);
          timer = setTimeout(
            () => step({ kind: 'tick', nowMs: performance.now(), othersMs: host.deliveredMs }),
            effect.atMs - performance.now(),
          );
          return;
        case 'done':
          return over({ kind: 'won', timedOut });
        case 'failed':
          return over(effect);
      }
    }

    function askSwarm(chunks: readonly number[]): void {
      const { checkAll, onEnd } = incoming('swarm');
      cancelSwarm = host.want(asset.digest, url, chunks, state.patience.totalMs + wantGraceMs, {
        onChunks: (first, bytes, isFromOrigin) => {
          let count = 0;
          // Nothing at all is a chunk, too, and a wrong one.
          do {
            const at = count * chunkBytes;

            checkAll(first + count++, new Uint8Array(bytes.slice(at, at + chunkBytes)), isFromOrigin);
          } while (count * chunkBytes < bytes.byteLength);
          return count;
        },
        onEnd,
      });
      if (cancelSwarm === undefined) onEnd();
    }

    function askHttp(chunks: readonly number[]): void {
      timedOut = state.swarm === 'running';
      if (timedOut && !state.swarmDelivered) host.record = failedToServe(host.record, startedMs);
      const { checkAll, onEnd } = incoming('http');
      const onExcess = (bytes: number): number => (tally.discardedBytes += bytes);
      const { signal } = http;
      fetchChunks({ url, asset, chunks, chunkBytes, signal, onChunk: checkAll, onExcess }).then(onEnd, onEnd);
    }

    /** A source has ended when its last chunk has been checked. */
    function incoming(source: Source) {
      const checks: Promise<void>[] = [];
      return {
        checkAll: (chunk: number, bytes: Uint8Array<ArrayBuffer>, isFromOrigin = source === 'http'): void => {
          checks.push(check(source, chunk, bytes, isFromOrigin));
        },
        onEnd: (): void => {
          void Promise.all(checks).then(() => step({ kind: 'ended', nowMs: performance.now(), source }));
        },
      };
    }

    async function check(
      source: Source,
      chunk: number,
      bytes: Uint8Array<ArrayBuffer>,
      isFromOrigin: boolean,
    ): Promise<void> {
      const isRight = await within(isChunk(asset, chunk, bytes, chunkBytes, layers), checkLimitMs, undefined);
      if (isRight === undefined) return over({ kind: 'failed', reason: 'sources' });
      const nowMs = performance.now();
      if (!isRight) {
        tally.rejectedBytes += bytes.length;
        // A page's word that it had them from the origin spares its peers; only our own request blames the origin.
        if (!isFromOrigin) host.post({ t: 'bad', digest: asset.digest, chunk });
        return step({ kind: 'bad', nowMs, source, chunk });
      }
      const isNeeded = state.phase !== 'over' && assembly.put(chunk, bytes);
      const bin = isFromOrigin ? 'httpBytes' : 'swarmBytes';
      tally[isNeeded ? bin : 'discardedBytes'] += bytes.length;
      if (source === 'swarm') {
        host.deliveredMs = nowMs;
        if (!state.swarmDelivered) host.record = served(host.record, nowMs - startedMs);
      }
      // Told also when it was there already: that HTTP has begun to deliver is news.
      step({ kind: 'good', nowMs, source, chunk });
    }

    function over(result: RaceResult): void {
      clearTimeout(timer);
      cancelSwarm?.();
      http.abort();
      resolve(result);
    }
  });
}

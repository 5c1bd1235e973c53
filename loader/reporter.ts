/** Sums what the worker says and sends it to the hub in small batches. Never in anybody's way. */

import {
  beaconLimitBytes,
  type AssetTally,
  type Beacon,
  type FailureCode,
  type Group,
} from '../protocol/beacon.ts';
import type { TagConfig } from '../protocol/site-config.ts';
import type { Delivered } from '../protocol/worker-messages.ts';

import { classTimes, isComplete } from './class-times.ts';
import { waited } from './waiting.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a batch says beside the sums. */
export type Standing = Pick<Beacon, 'visit' | 'swarm' | 'peers'>;

/** An asset's sums take about this many bytes of JSON, at most. */
const assetJsonBytes = 160;
const batchAssets = Math.floor(beaconLimitBytes / assetJsonBytes) - 5;
const intervalMs = 5_000;
/** A browser holds 64 KiB of a page's beacons at once (Fetch, section 4.5, keepalive): soon there is room again. */
const retryMs = 1_000;
/** What waits for Shoal and has not come by then is left out of the times. */
const classTimesAfterMs = 30_000;

export class Reporter {
  readonly #config: TagConfig;
  readonly #url: string;
  readonly #group: Group;
  readonly #standing: () => Standing;
  readonly #session = randomHex();
  #release: string | null = null;
  readonly #assets = new Map<number, Mutable<AssetTally>>();
  #failures = new Map<FailureCode, number>();
  #uploadedBytes = 0;
  #sequence = 0;
  #loadMs: number | undefined;
  #loadedAtMs: number | undefined;
  #classMs: Beacon['classMs'];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `hub`: its base URL. */
  constructor(hub: string, config: TagConfig, group: Group, standing: () => Standing) {
    this.#url = `${hub}beacon`;
    this.#config = config;
    this.#group = group;
    this.#standing = standing;
    addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && this.flush());
    addEventListener('pagehide', () => this.flush());
  }

  /** The page's `load` event has come after so long. */
  loaded(ms: number): void {
    this.#loadMs = ms;
    this.#loadedAtMs = performance.now();
    this.#soon();
  }

  /** One answered request. */
  delivered(message: Delivered): void {
    const tally = this.#tally(message.release, message.asset);
    tally.requests++;
    tally.httpBytes += message.httpBytes;
    tally.swarmBytes += message.swarmBytes;
    tally.cacheBytes += message.cacheBytes;
    tally.discardedBytes += message.discardedBytes;
    tally.rejectedBytes += message.rejectedBytes;
    tally.totalMs += Math.round(message.ms);
    this.#soon();
  }

  rejected(release: string, asset: number, bytes: number): void {
    this.#tally(release, asset).rejectedBytes += bytes;
    this.#soon();
  }

  uploaded(bytes: number): void {
    this.#uploadedBytes += bytes;
    this.#soon();
  }

  failed(code: FailureCode): void {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
    this.#soon();
  }

  /** The connections have changed. */
  touched(): void {
    this.#soon();
  }

  #tally(release: string, asset: number): Mutable<AssetTally> {
    if (this.#release !== release) {
      this.flush();
      // What was not taken cannot be told any more: assets are numbers of one release.
      this.#assets.clear();
    }
    this.#release = release;
    let tally = this.#assets.get(asset);
    if (tally === undefined) {
      tally = {
        asset,
        requests: 0,
        httpBytes: 0,
        swarmBytes: 0,
        cacheBytes: 0,
        discardedBytes: 0,
        rejectedBytes: 0,
        totalMs: 0,
      };
      this.#assets.set(asset, tally);
    }
    return tally;
  }

  /** Once, when all is there that was waited for, or the page goes. */
  #timeClasses(): void {
    if (this.#loadedAtMs === undefined) return;
    const isLate = performance.now() - this.#loadedAtMs > classTimesAfterMs;
    if (!isLate && document.visibilityState === 'visible' && !isComplete(waited)) return this.#soon();
    this.#classMs = classTimes({ base: this.#config.base, loadedAtMs: this.#loadedAtMs, waited });
    this.#loadedAtMs = undefined;
  }

  #soon(ms = intervalMs): void {
    this.#timer ??= setTimeout(() => this.flush(), ms);
  }

  /** Sends what there is. What the browser does not take waits; what is lost on the way is not sent again. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timeClasses();
    do {
      const assets = [...this.#assets.values()].slice(0, batchAssets);
      const beacon: Beacon = {
        v: 1,
        site: this.#config.site,
        id: randomHex(),
        session: this.#session,
        release: this.#release,
        sequence: this.#sequence,
        ...this.#standing(),
        group: this.#group,
        uploadedBytes: this.#uploadedBytes,
        ...(this.#loadMs === undefined ? {} : { loadMs: this.#loadMs }),
        ...(this.#classMs === undefined ? {} : { classMs: this.#classMs }),
        assets,
        failures: [...this.#failures].map(([code, count]) => ({ code, count })),
      };
      if (!navigator.sendBeacon(this.#url, JSON.stringify(beacon))) return this.#soon(retryMs);
      this.#sequence++;
      for (const { asset } of assets) this.#assets.delete(asset);
      this.#uploadedBytes = 0;
      this.#loadMs = this.#classMs = undefined;
      this.#failures = new Map();
    } while (this.#assets.size > 0);
  }
}

function randomHex(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

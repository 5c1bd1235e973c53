/** Holds the whole server to a number of bytes per second: to see how a site feels on a slow origin. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until so many more bytes may be sent. */
export type Pacer = (bytes: number) => Promise<void>;

/** `bytesPerSecond` 0 or absent: no limit. Shared by all responses, in the order they ask. */
export function pacer(bytesPerSecond: number | undefined): Pacer {
  if (bytesPerSecond === undefined || bytesPerSecond === 0) return () => Promise.resolve();
  let freeAtMs = 0;
  return async (bytes) => {
    const nowMs = performance.now();
    const startMs = Math.max(nowMs, freeAtMs);
    freeAtMs = startMs + (1000 * bytes) / bytesPerSecond;
    if (freeAtMs > nowMs) await sleep(freeAtMs - nowMs);
  };
}

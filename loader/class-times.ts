/** How soon each class of assets was there, from Resource Timing: the same with and without a worker. */

import type { AssetClass } from '../protocol/beacon.ts';

const byEnding: readonly (readonly [AssetClass, RegExp])[] = [
  ['script', /\.m?js$/],
  ['style', /\.css$/],
  ['font', /\.(?:woff2?|[ot]tf)$/],
  ['image', /\.(?:png|jpe?g|gif|webp|avif|svg|ico)$/],
  ['media', /\.(?:mp[34]|webm|og[gv]|m4[as]|wav|ts)$/],
  ['data', /\.(?:json|wasm|bin|csv|xml|pbf)$/],
];
const byInitiator: Readonly<Record<string, AssetClass>> = {
  script: 'script',
  img: 'image',
  image: 'image',
  video: 'media',
  audio: 'media',
  fetch: 'data',
  xmlhttprequest: 'data',
};

/** What is counted: what was asked for before `load`, and `waited`, what waited for Shoal; not Shoal's own files. */
export interface ClassTimesOptions {
  readonly base: string;
  readonly loadedAtMs: number;
  readonly waited: ReadonlySet<string>;
}

/** Milliseconds from navigation until the last asset of each class was there. */
export function classTimes({
  base,
  loadedAtMs,
  waited,
}: ClassTimesOptions): Partial<Record<AssetClass, number>> {
  const times: Partial<Record<AssetClass, number>> = {};
  const origin = `${location.origin}/`;
  const own = new RegExp(`^${location.origin}${base}shoal(?:-sw)?(?:\\.js|/)`);
  for (const entry of performance.getEntriesByType('resource')) {
    if (!(entry instanceof PerformanceResourceTiming)) continue;
    const { name, initiatorType, startTime, responseEnd } = entry;
    const path = name.replace(/[?#].*/, '');
    if (!name.startsWith(origin) || own.test(path) || responseEnd === 0) continue;
    if (startTime >= loadedAtMs && !waited.has(name)) continue;
    const found =
      byEnding.find(([, ending]) => ending.test(path))?.[0] ?? byInitiator[initiatorType] ?? 'other';
    times[found] = Math.max(times[found] ?? 0, Math.round(responseEnd));
  }
  return times;
}

/** Whether all that waited has come. */
export function isComplete(waited: ReadonlySet<string>): boolean {
  return [...waited].every((name) => performance.getEntriesByName(name).length > 0);
}

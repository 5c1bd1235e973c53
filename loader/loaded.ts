/** What the browser has loaded by itself, before the worker controlled the page. */

import type { HarvestEntry } from '../protocol/worker-messages.ts';

/** Same-origin resources that were requested before `untilMs` (time origin of the page). */
export function loadedBefore(untilMs: number): HarvestEntry[] {
  return performance
    .getEntriesByType('resource')
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter(({ name, startTime }) => startTime < untilMs && name.startsWith(`${location.origin}/`))
    .map(({ name, transferSize, encodedBodySize, duration }) => ({
      url: name,
      // Nothing, or only the headers of a 304: the body came from the browser's HTTP cache.
      network: transferSize > 0 && transferSize >= encodedBodySize ? 'http' : 'cache',
      ms: duration,
    }));
}

/** Soon after `load`. */
export function onceQuiet(act: () => void): void {
  const later = (): unknown => setTimeout(act, 500);
  if (document.readyState === 'complete') later();
  else addEventListener('load', later);
}

/** Where the page's bytes came from: told by Shoal, or by the browser where there is no Shoal. */
import type { Shoal } from './shoal.ts';

export type Source = 'origin' | 'peers' | 'cache';

/** One file that arrived. */
export interface Arrival {
  /** Site path without the slash in front, as in `demo-assets.json`. */
  readonly path: string;
  /** Where most of its bytes came from. */
  readonly source: Source;
  readonly bytes: number;
}

/** Bytes so far; without Shoal nothing comes from visitors, and files that workers fetch are not seen. */
export interface Totals {
  readonly origin: number;
  readonly peers: number;
  readonly cache: number;
  readonly given: number;
  readonly connected: number;
}

export interface SourceFeed {
  /** Calls back for every arrival, also for those that were before. */
  watch(listener: (arrival: Arrival) => void): void;
  totals(): Totals;
}

export function sourceFeed(shoal: Shoal | undefined): SourceFeed {
  const past: Arrival[] = [];
  const listeners: ((arrival: Arrival) => void)[] = [];
  const tell = (arrival: Arrival): void => {
    past.push(arrival);
    for (const listener of listeners) listener(arrival);
  };
  const totals = shoal === undefined ? watchBrowser(tell) : watchShoal(shoal, tell);
  const watch: SourceFeed['watch'] = (listener) => {
    past.forEach(listener);
    listeners.push(listener);
  };
  return { watch, totals };
}

function watchShoal(shoal: Shoal, tell: (arrival: Arrival) => void): () => Totals {
  shoal.addEventListener('delivered', (event) => {
    if (!(event instanceof CustomEvent)) return;
    const { path, httpBytes, swarmBytes, cacheBytes } = readDelivered(event.detail);
    const bytes = httpBytes + swarmBytes + cacheBytes;
    const most = Math.max(httpBytes, swarmBytes, cacheBytes);
    const source = most === swarmBytes ? 'peers' : most === cacheBytes ? 'cache' : 'origin';
    tell({ path: sitePath(path), source, bytes });
  });
  return () => {
    const { httpBytes, swarmBytes, cacheBytes, uploadedBytes, peers } = shoal.stats();
    return {
      origin: httpBytes,
      peers: swarmBytes,
      cache: cacheBytes,
      given: uploadedBytes,
      connected: peers,
    };
  };
}

function readDelivered(detail: unknown): Record<'httpBytes' | 'swarmBytes' | 'cacheBytes', number> & {
  path: string;
} {
  const fields = new Map(Object.entries(detail ?? {}));
  const bytes = (name: string): number => Number(fields.get(name) ?? 0);
  return {
    path: String(fields.get('path') ?? ''),
    httpBytes: bytes('httpBytes'),
    swarmBytes: bytes('swarmBytes'),
    cacheBytes: bytes('cacheBytes'),
  };
}

function watchBrowser(tell: (arrival: Arrival) => void): () => Totals {
  const totals = { origin: 0, peers: 0, cache: 0, given: 0, connected: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!(entry instanceof PerformanceResourceTiming)) continue;
      const bytes = entry.decodedBodySize;
      const source = entry.transferSize === 0 ? 'cache' : 'origin';
      totals[source] += bytes;
      tell({ path: sitePath(entry.name), source, bytes });
    }
  });
  observer.observe({ type: 'resource', buffered: true });
  return () => totals;
}

/** An address, absolute or not, as it stands in `demo-assets.json`. */
function sitePath(address: string): string {
  const folder = new URL('.', document.baseURI).pathname;
  const { pathname } = new URL(address, document.baseURI);
  return decodeURIComponent(pathname.startsWith(folder) ? pathname.slice(folder.length) : pathname.slice(1));
}

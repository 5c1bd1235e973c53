/** A page with the tag: it waits for `shoal.ready`, as pages with heavy assets do, and fetches as always. */
import type { Shoal } from '../../loader/api.ts';
import { fetchAssets } from './assets.ts';
import type { Outcome } from './outcome.ts';

/** The page's own figures come in a message after the bytes. */
const figuresMs = 2_000;

window.outcome = load();

async function load(): Promise<Outcome> {
  const shoal = await tag();
  const startMs = performance.now();
  const { reason } = await shoal.ready;
  const askedMs = performance.now();
  const bytes = await fetchAssets();
  const doneMs = performance.now();
  const told = (): boolean => {
    if (reason !== '') return true;
    const { httpBytes, swarmBytes, cacheBytes } = shoal.stats();
    return httpBytes + swarmBytes + cacheBytes >= bytes;
  };
  while (!told() && performance.now() < doneMs + figuresMs) await pause(50);
  return { startMs, askedMs, doneMs, bytes, wastedBytes: shoal.stats().discardedBytes, without: reason };
}

/** `window.shoal`, as soon as it is there. */
function tag(): Promise<Shoal> {
  return new Promise((resolve) => {
    const take = (): void => {
      if (window.shoal !== undefined) resolve(window.shoal);
    };
    take();
    addEventListener('shoal:loaded', take);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A page without anything: it fetches the payload from the origin. */
import { fetchAssets } from './assets.ts';
import type { Outcome } from './outcome.ts';

window.outcome = load();

async function load(): Promise<Outcome> {
  const startMs = performance.now();
  const bytes = await fetchAssets({ cache: 'no-store' });
  return { startMs, askedMs: startMs, doneMs: performance.now(), bytes, wastedBytes: 0, without: '' };
}

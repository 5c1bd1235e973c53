/** A page without anything: it fetches the payload from the origin. */
import type { Outcome } from './outcome.ts';

window.outcome = load();

async function load(): Promise<Outcome> {
  const startMs = performance.now();
  const response = await fetch('/payload.bin', { cache: 'no-store' });
  const bytes = (await response.arrayBuffer()).byteLength;
  return { startMs, doneMs: performance.now(), bytes, wastedBytes: 0 };
}

/** Runs before everything else of a page: notes how long its main thread is busy at a time. */

export interface Smoothness {
  /** Tasks over 50 ms (https://www.w3.org/TR/longtasks-1/), in milliseconds. */
  readonly longTasksMs: number[];
  /** How much later than due a timer of 10 ms came, each time. */
  readonly latenessMs: number[];
}

declare global {
  interface Window {
    smoothness?: Smoothness;
  }
}

const everyMs = 10;
const smoothness: Smoothness = { longTasksMs: [], latenessMs: [] };
window.smoothness = smoothness;

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) smoothness.longTasksMs.push(duration);
}).observe({ type: 'longtask', buffered: true });

function tick(dueMs: number): void {
  const nowMs = performance.now();
  smoothness.latenessMs.push(Math.max(0, nowMs - dueMs));
  setTimeout(tick, everyMs, nowMs + everyMs);
}
tick(performance.now());

/**
 * A few visitors load as if Shoal were not there, so that its owner can compare. Who is among them is drawn
 * once in each browser and stays: their figures are those of people, not of page loads.
 */

import type { TagConfig } from '../protocol/site-config.ts';

const key = 'shoal-draw';

/** Whether this visitor, who is here for the first time or again, is among them; `undefined`: no. */
export function holdoutVisit(percent: number): 'first' | 'repeat' | undefined {
  if (percent === 0) return undefined;
  try {
    const kept = localStorage.getItem(key);
    const drawn = kept === null ? Math.random() * 100 : Number(kept);
    localStorage.setItem(key, String(drawn));
    if (!(drawn < percent)) return undefined;
    return kept === null ? 'first' : 'repeat';
  } catch {
    // A draw that cannot be kept would mix the two groups.
    return undefined;
  }
}

/** A worker from the time before goes. Where that fails it goes on to answer, which does no harm. */
export function removeWorker({ base, worker }: TagConfig): 'holdout' {
  navigator.serviceWorker
    .getRegistration(base)
    .then(
      (registration) =>
        registration?.active?.scriptURL.endsWith(worker) === true && registration.unregister(),
    )
    .catch(() => undefined);
  return 'holdout';
}

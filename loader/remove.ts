/** The end of Shoal in this browser, as far as a page can reach: also where the worker is broken, or does not hear. */

import type { TagConfig } from '../protocol/site-config.ts';

/** Removes our worker and everything that we ever stored; its names all begin alike. Never rejects. */
export async function removeEverything({ base, worker }: TagConfig): Promise<void> {
  const isOurs = (name: string): boolean => name.startsWith('shoal-');
  try {
    for (const name of Object.keys(localStorage).filter(isOurs)) localStorage.removeItem(name);
    const registration = await navigator.serviceWorker.getRegistration(base);
    if (registration?.active?.scriptURL.endsWith(worker) === true) await registration.unregister();
    await Promise.all((await caches.keys()).filter(isOurs).map((name) => caches.delete(name)));
  } catch {
    // What is forbidden here cannot have been used.
  }
}

/** Cache Storage, until Shoal removes itself: what is still under way must not bring back what was deleted. */

let isRemoved = false;

/** Opens a cache of ours, and makes it where it is not. Rejects once everything was removed. */
export async function openCache(name: string): Promise<Cache> {
  if (isRemoved) throw new Error('removed');
  return caches.open(name);
}

/** Deletes what is stored here, also by another version of us. Never rejects. */
export async function removeStorage(): Promise<void> {
  isRemoved = true;
  const names = await caches.keys().catch(() => []);
  const ours = names.filter((name) => name.startsWith('shoal-'));
  await Promise.allSettled(ours.map((name) => caches.delete(name)));
}

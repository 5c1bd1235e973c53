/** Workers to compare with: the least that a worker of its kind does. */

/** A script tag that registers a worker; the workers below take the page over at once. */
export function registering(worker: string): string {
  return `<script>navigator.serviceWorker.register('${worker}')</script>`;
}

const takesOver = `
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
`;

/** Answers with what the network gives. */
export const passThroughWorker = `${takesOver}
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
`;

/** Answers from its cache, or from the network and keeps a copy. */
export const cacheFirstWorker = `${takesOver}
const opened = caches.open('bench');
addEventListener('fetch', (event) => event.respondWith(answer(event)));
async function answer(event) {
  const cache = await opened;
  const kept = await cache.match(event.request);
  if (kept) return kept;
  const response = await fetch(event.request);
  event.waitUntil(cache.put(event.request, response.clone()));
  return response;
}
`;

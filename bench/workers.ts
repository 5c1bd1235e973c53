/** Workers to compare with: the least that a worker of its kind does, and what many sites use. */
import { build } from 'esbuild';
import { root } from '../scripts/root.ts';

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

/** `workbox-precaching` as a site uses it: has all of them before it takes the page over, and answers from its cache. */
export async function precachingWorker(paths: readonly string[]): Promise<string> {
  // Fingerprinted names need no revision.
  const entries = paths.map((url) => ({ url, revision: null }));
  const { outputFiles } = await build({
    entryPoints: [`${root}bench/pages/precaching.ts`],
    footer: { js: takesOver },
    bundle: true,
    minify: true,
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"', precached: JSON.stringify(entries) },
    write: false,
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('workbox-precaching was not bundled');
  return file.text;
}

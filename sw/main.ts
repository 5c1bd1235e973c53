/** The worker's entry: wires the browser's events to the rooms behind them. */

import { Route } from 'workbox-routing/Route.js';
import { isControlPath, type Catalog } from '../manifests/index.ts';
import type { FailureCode } from '../protocol/beacon.ts';
import type { WorkerState, WorkerToClient } from '../protocol/worker-messages.ts';
import { deliver, type Delivery } from './deliver.ts';
import { documentStore, removeDocuments } from './documents.ts';
import { harvest } from './harvest.ts';
import { Host } from './host.ts';
import { Kept, removeKept } from './kept.ts';
import { layersFrom } from './layers.ts';
import { Listeners } from './listeners.ts';
import { parseClientMessage } from './parse-message.ts';
import { Releases } from './releases.ts';
import { scope } from './scope.ts';
import type { Trusted } from './trusted.ts';

const config = scope.__SHOAL_WORKER__;
const store = documentStore(config.base);
const host = new Host((message) => {
  if (message.t === 'swarm') return void broadcast(state());
  fail(message.code, message.detail);
  rejected(message.digest, message.rejectedBytes);
});
const kept = new Kept(
  config.base,
  config.cacheLimitBytes,
  (message) => host.post(message),
  (path) => fail('storage', path),
);
const releases = new Releases(config, store, onRelease, (reason) => fail('manifest', reason));
const waiting = new Set<string>();
const listeners = new Listeners();
const layers = layersFrom(config.base, store);
const delivery: Delivery = { releases, kept, layers, host, waiting, tell, fail };

const route = new Route(
  ({ url, request, sameOrigin }) => sameOrigin && isOurs(url, request),
  ({ event }) => {
    if (event instanceof FetchEvent) return deliver(delivery, event);
    throw new TypeError('routes handle fetch events only');
  },
);

scope.addEventListener('install', (event) => {
  // Navigations are never ours: where the browser can, it does not even start the worker for them.
  // https://developer.chrome.com/blog/service-worker-static-routing
  if (hasRoutes(event)) event.addRoutes({ condition: { requestMode: 'navigate' }, source: 'network' });
  event.waitUntil(Promise.all([scope.skipWaiting(), releases.refresh()]));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(scope.clients.claim());
});

// One route, so the library's router, which finds one of many by method, has nothing to do.
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const options = { url, request, event, sameOrigin: url.origin === location.origin };
  if (route.match(options) === true) event.respondWith(route.handler.handle(options));
});

scope.addEventListener('message', (event) => {
  const message = parseClientMessage(event.data);
  const client = event.source;
  if (message === undefined || !(client instanceof Client)) return;
  switch (message.t) {
    case 'host':
      event.waitUntil(releases.load().then(() => host.adopt(client)));
      return;
    case 'waits':
      waiting.add(client.id);
      return;
    case 'state?':
      event.waitUntil(greet(client));
      return;
    case 'harvest':
      event.waitUntil(harvest(delivery, client.id, message.loaded));
  }
});

/** A page begins. */
async function greet(client: Client): Promise<void> {
  const trusted = await releases.load();
  client.postMessage(state());
  listeners.heard(client);
  // Who stands aside is asked for no asset: this is where a worker learns that it may come back.
  if (trusted?.head.mode !== 'on') await releases.refresh();
  await releases.tidy();
}

/** Cheap and synchronous: everything that it lets through is looked up, and left alone if not listed. */
function isOurs(url: URL, request: Request): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (request.mode === 'navigate' || request.headers.has('authorization')) return false;
  if (request.cache !== 'default' && request.cache !== 'no-cache' && request.cache !== 'force-cache')
    return false;
  if (!url.pathname.startsWith(config.base) || isControlPath(url.pathname, config.base)) return false;
  const { trusted } = releases;
  if (trusted === undefined) return true;
  // What only an earlier release listed is left to the browser, also on pages of that release.
  return trusted.head.mode === 'on' && trusted.catalog.find(url.pathname + url.search) !== undefined;
}

function onRelease(trusted: Trusted, catalogs: readonly Catalog[]): void {
  kept.setInUse(catalogs);
  host.setPacks(config.base, catalogs);
  void broadcast(state());
  if (trusted.head.mode === 'uninstall') void uninstall();
}

/** The signed end: no caches, no worker; the site is as if we had never been there. */
async function uninstall(): Promise<void> {
  await Promise.all([removeKept(), removeDocuments()]);
  await scope.registration.unregister();
}

function state(): WorkerState {
  const { trusted } = releases;
  return {
    t: 'state',
    mode: trusted?.head.mode ?? 'no-manifest',
    release: trusted?.catalog.sha256 ?? null,
    version: trusted?.catalog.release.v ?? null,
    settled: host.settled,
  };
}

function fail(code: FailureCode, detail: string): void {
  void broadcast({ t: 'failure', code, detail });
}

/** Wrong bytes of an asset, thrown away by the host itself; told to one page, to be counted once. */
function rejected(digest: string | undefined, bytes: number | undefined): void {
  const catalog = releases.trusted?.catalog;
  const asset = catalog?.assets.find((item) => item.digest === digest);
  if (catalog === undefined || asset === undefined || bytes === undefined) return;
  void broadcast({ t: 'rejected', release: catalog.sha256, asset: asset.index, bytes }, 1);
}

/** Tells the page that asked; what a page's worker asked for is told to one page, to be counted once. */
function tell(clientId: string, message: WorkerToClient): void {
  void scope.clients
    .get(clientId)
    .then((client) => (client?.type === 'window' ? listeners.tell(client, message) : broadcast(message, 1)));
}

async function broadcast(message: WorkerToClient, limit = Infinity): Promise<void> {
  const clients = await scope.clients.matchAll({ type: 'window' });
  for (const client of clients.slice(0, limit)) client.postMessage(message);
}

/** Static routing (https://w3c.github.io/ServiceWorker/#install-event-add-routes), where there is one. */
interface RoutesEvent {
  addRoutes(rule: {
    readonly condition: { readonly requestMode: 'navigate' };
    readonly source: 'network';
  }): unknown;
}

function hasRoutes(event: object): event is RoutesEvent {
  return 'addRoutes' in event && typeof event.addRoutes === 'function';
}

/** The worker's entry: wires the browser's events to the rooms behind them. */

import { isControlPath, utf8, type Catalog } from '../manifests/index.ts';
import type { FailureCode } from '../protocol/beacon.ts';
import type { HeardHead, WorkerState, WorkerToClient } from '../protocol/worker-messages.ts';
import { within } from './deadline.ts';
import { deliver, type Delivery } from './deliver.ts';
import { documentStore } from './documents.ts';
import { harvest } from './harvest.ts';
import { Host } from './host.ts';
import { Kept } from './kept.ts';
import { layersFrom } from './layers.ts';
import { Listeners } from './listeners.ts';
import { parseClientMessage } from './parse-message.ts';
import { Releases } from './releases.ts';
import { scope } from './scope.ts';
import { Shared } from './shared.ts';
import { removeStorage } from './storage.ts';
import type { Trusted } from './trusted.ts';

/** A page's question after a peer's head has no longer to wait. */
const hearLimitMs = 5_000;
/** Chunk digests are loaded ahead up to this: those of 200 MB. */
const aheadLimitBytes = 100_000;
/** The answer where a head is of no use. */
const refused: HeardHead = { t: 'heard' };

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
const shared: Delivery['shared'] = new Shared();
const delivery: Delivery = { releases, kept, layers, host, shared, waiting, tell, fail };

scope.addEventListener('install', (event) => {
  // Navigations are never ours: where the browser can, it does not even start the worker for them.
  // https://developer.chrome.com/blog/service-worker-static-routing
  if (hasRoutes(event)) event.addRoutes({ condition: { requestMode: 'navigate' }, source: 'network' });
  event.waitUntil(Promise.all([scope.skipWaiting(), releases.refresh()]));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(scope.clients.claim());
});

scope.addEventListener('fetch', (event) => {
  if (isOurs(event.request)) event.respondWith(deliver(delivery, event));
});

scope.addEventListener('message', (event) => {
  const message = parseClientMessage(event.data);
  const client = event.source;
  if (message === undefined || !(client instanceof Client)) return;
  switch (message.t) {
    case 'host':
      kept.list();
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
      return;
    case 'head':
      event.waitUntil(
        within(releases.hear(utf8(message.head)), hearLimitMs, refused).then((heard) =>
          client.postMessage(heard),
        ),
      );
  }
});

/** A page begins. */
async function greet(client: Client): Promise<void> {
  await releases.load();
  client.postMessage(state());
  listeners.heard(client);
  // A worker that is new here has no host yet, and the page may wait for what the host says.
  void host.call();
  // Who stands aside is asked for no asset: this is where a worker learns that it may come back.
  if (releases.mode !== 'on') await releases.refresh();
  await releases.tidy(waiting, listeners.waiting);
}

/** Cheap and synchronous: everything that it lets through is looked up, and left alone if not listed. */
function isOurs(request: Request): boolean {
  const url = new URL(request.url);
  if (url.origin !== location.origin) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (request.mode === 'navigate' || request.headers.has('authorization')) return false;
  if (!['default', 'no-cache', 'force-cache'].includes(request.cache)) return false;
  if (!url.pathname.startsWith(config.base) || isControlPath(url.pathname, config.base)) return false;
  const { trusted } = releases;
  if (trusted === undefined) return true;
  // What only an earlier release listed is left to the browser, also on pages of that release.
  return releases.mode === 'on' && trusted.catalog.find(url.pathname + url.search) !== undefined;
}

function onRelease(trusted: Trusted, catalogs: readonly Catalog[]): void {
  kept.setInUse(catalogs);
  const isOn = releases.mode === 'on';
  // Who stands aside shares nothing either.
  host.setPacks(config.base, isOn ? catalogs : []);
  // The first large asset would wait for them; of a large site they are many, and few may be needed.
  if (isOn && trusted.catalog.release.layers.len < aheadLimitBytes)
    layers(trusted.catalog).catch(() => undefined);
  void broadcast(state());
  if (trusted.head.mode === 'uninstall') void uninstall();
}

/** The signed end: no caches, no worker; the site is as if we had never been there. */
async function uninstall(): Promise<void> {
  await removeStorage();
  await scope.registration.unregister();
}

function state(): WorkerState {
  const { trusted } = releases;
  return {
    t: 'state',
    mode: releases.mode,
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
  scope.clients
    .get(clientId)
    .then((client) => (client?.type === 'window' ? listeners.tell(client, message) : broadcast(message, 1)))
    .catch(() => undefined);
}

/** To whoever can be reached. */
async function broadcast(message: WorkerToClient, limit = Infinity): Promise<void> {
  const clients = await scope.clients.matchAll({ type: 'window' }).catch(() => []);
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

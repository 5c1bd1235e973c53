/**
 * The data path: find the asset, take what is kept, race for the rest, answer, and only then do what
 * the page need not wait for. Whatever goes wrong, the browser asks the origin as if we were not here.
 */

import type { Asset, Catalog } from '../manifests/index.ts';
import { parseRange, type RangeRequest } from '../policy/range.ts';
import type { FailureCode } from '../protocol/beacon.ts';
import { sliceBytes } from '../protocol/kept.ts';
import type { WorkerToClient } from '../protocol/worker-messages.ts';
import { Assembly } from './assembly.ts';
import type { Host } from './host.ts';
import type { Kept } from './kept.ts';
import type { Layers } from './layers.ts';
import { emptyTally, race, type Tally } from './race.ts';
import type { Releases } from './releases.ts';
import { etagOf, respond } from './respond.ts';

/** What the data path works with. */
export interface Delivery {
  readonly releases: Releases;
  readonly kept: Kept;
  readonly layers: Layers;
  readonly host: Host;
  /** Clients that wait for the swarm by their own word; forgotten when the worker stops, which harms nobody. */
  readonly waiting: Set<string>;
  /** Tells the client that asked. */
  tell(clientId: string, message: WorkerToClient): void;
  fail(code: FailureCode, detail: string): void;
}

/** Larger assets that must be answered whole are left to the browser: they would fill the memory. */
const wholeLimitBytes = 128 * 1024 * 1024;

/** Answers one request that the route has matched. Rejects only when the origin does, too. */
export async function deliver(delivery: Delivery, event: FetchEvent): Promise<Response> {
  let response: Response | undefined;
  try {
    response = await answer(delivery, event);
  } catch (error) {
    delivery.fail('worker', error instanceof Error ? error.message : 'unknown');
  }
  // Outside of the attempt: an origin that is away is no failure of ours, and is asked once.
  return response ?? fetch(event.request);
}

async function answer(delivery: Delivery, event: FetchEvent): Promise<Response | undefined> {
  const { request } = event;
  const startedMs = performance.now();
  const found = await find(delivery, event);
  if (found === undefined) return undefined;
  const { asset, catalog } = found;
  const etag = etagOf(asset);
  // A list, compared weakly (RFC 9110, section 13.1.2); a digest in quotes is part of no other tag.
  if (request.headers.get('if-none-match')?.includes(etag) === true) return respond(asset, 304);
  const span = spanOf(request, asset);
  if (span === undefined) return respond(asset, 416, null, undefined, '*');
  const { from, to, isPart } = span;
  if (to - from > wholeLimitBytes) return undefined;
  const withBytes = (bytes: Uint8Array<ArrayBuffer> | null): Response =>
    isPart
      ? respond(asset, 206, bytes, to - from, `${from}-${to - 1}`)
      : respond(asset, 200, bytes, to - from);
  if (request.method === 'HEAD') return withBytes(null);
  const tally = emptyTally();
  const bytes = await collect(delivery, event, found, span, tally);
  const ms = performance.now() - startedMs;
  const { index, path } = asset;
  delivery.tell(event.clientId, {
    t: 'delivered',
    release: catalog.sha256,
    asset: index,
    path,
    ...tally,
    ms,
  });
  return bytes && withBytes(bytes);
}

interface Found {
  readonly asset: Asset;
  readonly catalog: Catalog;
}

async function find(delivery: Delivery, event: FetchEvent): Promise<Found | undefined> {
  const { pathname, search } = new URL(event.request.url);
  const path = pathname + search;
  // A worker's own requests have its id; a request without client belongs to no page that we know.
  const catalog = await delivery.releases.pinnedFor(
    event.clientId,
    (candidate) => candidate.find(path)?.entry.im === true,
  );
  const asset = catalog?.find(path);
  return asset === undefined || catalog === undefined ? undefined : { asset, catalog };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly isPart: boolean;
}

/** `undefined`: there is no such part. Media may get less than it asked for; it asks again (RFC 9110, 15.3.7). */
function spanOf(request: Request, asset: Asset): Span | undefined {
  const ifRange = request.headers.get('if-range');
  const header = ifRange === null || ifRange === etagOf(asset) ? request.headers.get('range') : null;
  const range: RangeRequest = parseRange(header, asset.entry.n);
  switch (range.kind) {
    case 'whole':
      return { from: 0, to: asset.entry.n, isPart: false };
    case 'unsatisfiable':
      return undefined;
    case 'part': {
      const { from } = range;
      const isMedia = request.destination === 'video' || request.destination === 'audio';
      const sliceEnd = (Math.floor(from / sliceBytes) + 1) * sliceBytes;
      return { from, to: isMedia ? Math.min(range.to, sliceEnd) : range.to, isPart: true };
    }
  }
}

/** The span's bytes, from the cache and then from the race; what is new is kept after the answer. */
async function collect(
  delivery: Delivery,
  event: FetchEvent,
  { asset, catalog }: Found,
  span: Span,
  tally: Tally,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (span.to === span.from) return new Uint8Array();
  const assembly = new Assembly(asset, wholeSlices(span, asset), catalog.release.piece);
  const layers = asset.chunks > 1 ? await delivery.layers(catalog) : undefined;
  await delivery.kept.read(assembly, layers);
  if (assembly.missing.length > 0) {
    const pack = asset.entry.p === undefined ? undefined : catalog.release.packs[asset.entry.p]?.ih;
    const outlook = await delivery.host.outlook(pack);
    const { destination, url, signal } = event.request;
    const waits = delivery.waiting.has(event.clientId);
    const result = await race(
      { assembly, layers, outlook, destination, waits, url, signal },
      delivery.host,
      tally,
    );
    if (result.kind === 'failed') {
      if (result.reason !== 'aborted') delivery.fail(failureOf[result.reason], asset.path);
      return undefined;
    }
    if (result.timedOut) delivery.fail('swarm-timeout', asset.path);
    event.waitUntil(delivery.kept.keep(assembly));
  }
  // Of what was answered; of a part whole slices may have been fetched, and that is more.
  tally.cacheBytes = Math.max(0, span.to - span.from - tally.httpBytes - tally.swarmBytes);
  return assembly.part(span.from, span.to);
}

const failureOf = { 'origin-mismatch': 'origin-mismatch', sources: 'origin-error' } as const;

/** A part is fetched in whole slices, so that what was fetched can be kept and shared. */
function wholeSlices(span: Span, asset: Asset): { from: number; to: number } {
  if (!span.isPart) return span;
  return {
    from: Math.floor(span.from / sliceBytes) * sliceBytes,
    to: Math.min(Math.ceil(span.to / sliceBytes) * sliceBytes, asset.entry.n),
  };
}

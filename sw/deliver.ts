/**
 * The data path: find the asset, take what is kept, race for the rest, answer, and only then do what
 * the page need not wait for. Whatever goes wrong, the browser asks the origin as if we were not here.
 */

import type { Asset, ByteRange, Catalog } from '../manifests/index.ts';
import { parseRange, type RangeRequest } from '../policy/range.ts';
import type { FailureCode } from '../protocol/beacon.ts';
import { sliceBytes } from '../protocol/kept.ts';
import type { WorkerToClient } from '../protocol/worker-messages.ts';
import { bodyAhead, mayAnswerAhead, soonMs } from './ahead.ts';
import { Assembly } from './assembly.ts';
import { inTime, within } from './deadline.ts';
import type { Host } from './host.ts';
import type { Kept } from './kept.ts';
import type { Layers } from './layers.ts';
import { emptyTally, race, type Tally } from './race.ts';
import type { Releases } from './releases.ts';
import { etagOf, respond } from './respond.ts';
import type { Shared } from './shared.ts';

/** What the data path works with. */
export interface Delivery {
  readonly releases: Releases;
  readonly kept: Kept;
  readonly layers: Layers;
  readonly host: Host;
  readonly shared: Shared<Gathered | undefined>;
  /** Clients that wait for the swarm by their own word; forgotten when the worker stops, which harms nobody. */
  readonly waiting: Set<string>;
  /** Tells the client that asked. */
  tell(clientId: string, message: WorkerToClient): void;
  fail(code: FailureCode, detail: string): void;
}

/** What several readers may share. */
interface Gathered {
  readonly assembly: Assembly;
  /** Until what is new is kept. */
  readonly keeping?: Promise<void>;
}

type Bytes = Uint8Array<ArrayBuffer> | undefined;
type Soon = <T>(promise: Promise<T>) => Promise<T>;

/** All that comes before the race takes milliseconds; what hangs there must not keep the page waiting. */
const prepareLimitMs = 3_000;
const keepLimitMs = 2_000;
/** Larger assets that must be answered whole are left to the browser: they would fill the memory. */
const wholeLimitBytes = 128 * 1024 * 1024;

/** Answers one request that the route has matched. Rejects only when the origin does, too. */
export async function deliver(delivery: Delivery, event: FetchEvent): Promise<Response> {
  let response: Response | undefined;
  try {
    response = await answer(delivery, event);
  } catch (error) {
    delivery.fail('worker', error instanceof Error ? error.message : '');
  }
  // Outside of the attempt: an origin that is away is no failure of ours, and is asked once.
  return response ?? fetch(event.request);
}

async function answer(delivery: Delivery, event: FetchEvent): Promise<Response | undefined> {
  const { request } = event;
  const startedMs = performance.now();
  const soon: Soon = (promise) => inTime(promise, startedMs + prepareLimitMs - performance.now());
  const found = await soon(find(delivery, event));
  if (found === undefined) return undefined;
  const { asset } = found;
  const etag = etagOf(asset);
  // A list, compared weakly (RFC 9110, section 13.1.2); a digest in quotes is part of no other tag.
  if (request.headers.get('if-none-match')?.includes(etag) === true) return respond(asset, 304);
  const span = spanOf(request, asset);
  if (span === undefined) return respond(asset, 416, null, undefined, '*');
  const { from, to, isPart } = span;
  if (to - from > wholeLimitBytes) return undefined;
  const withBody = (body: BodyInit | null): Response =>
    isPart ? respond(asset, 206, body, to - from, `${from}-${to - 1}`) : respond(asset, 200, body, to - from);
  if (request.method === 'HEAD') return withBody(null);
  const gone = new AbortController();
  const loading = load(delivery, event, found, span, { startedMs, soon, gone: gone.signal });
  event.waitUntil(loading);
  const isAhead = !isPart && mayAnswerAhead(request, to);
  const bytes = await (isAhead ? within(loading, soonMs, null) : loading);
  if (bytes === null) return withBody(bodyAhead(loading, request, gone));
  // A blob is the browser's: it is read to its end also when the worker is stopped in between.
  return bytes && withBody(new Blob([bytes]));
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
  // The client that this request is to become: a worker (https://w3c.github.io/ServiceWorker/#fetch-event-resultingclientid).
  if (event.resultingClientId !== '') delivery.releases.inherit(event.resultingClientId, event.clientId);
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

/** How long one may take, and who waits. */
interface Terms {
  readonly startedMs: number;
  readonly soon: Soon;
  /** Aborted when the page no longer wants it. */
  readonly gone: AbortSignal;
}

/** The span's bytes; one who comes while another waits for the same waits with it. Tells the page afterwards. */
async function load(
  delivery: Delivery,
  event: FetchEvent,
  found: Found,
  span: Span,
  { startedMs, soon, gone }: Terms,
): Promise<Bytes> {
  const { asset, catalog } = found;
  const { from, to } = span;
  const tally = emptyTally();
  const slices = wholeSlices(span, asset);
  const waits = delivery.waiting.has(event.clientId);
  const name = [asset.digest, slices.from, slices.to, waits].join();
  const gathered = await delivery.shared.join(name, gone, (signal) =>
    gather(delivery, event, found, slices, { tally, soon, waits, signal }),
  );
  // Of what was answered; of a part whole slices may have been fetched, and that is more.
  if (gathered) tally.cacheBytes = Math.max(0, to - from - tally.httpBytes - tally.swarmBytes);
  const ms = performance.now() - startedMs;
  const { index, path } = asset;
  const release = catalog.sha256;
  delivery.tell(event.clientId, { t: 'delivered', release, asset: index, path, ...tally, ms });
  return gathered?.assembly.part(from, to);
}

interface GatherTerms extends Pick<Terms, 'soon'> {
  readonly tally: Tally;
  readonly waits: boolean;
  readonly signal: AbortSignal;
}

/** From the cache and then from the race; what is new is kept after the answer. */
async function gather(
  delivery: Delivery,
  event: FetchEvent,
  { asset, catalog }: Found,
  span: ByteRange,
  { tally, soon, waits, signal }: GatherTerms,
): Promise<Gathered | undefined> {
  const assembly = new Assembly(asset, span, catalog.release.piece);
  const layers = asset.chunks > 1 ? await soon(delivery.layers(catalog)) : undefined;
  await soon(delivery.kept.read(assembly, layers));
  if (assembly.missing.length === 0) return { assembly };
  const pack = asset.entry.p === undefined ? undefined : catalog.release.packs[asset.entry.p]?.ih;
  const { destination, url } = event.request;
  const outlook = await soon(delivery.host.outlook(pack, waits));
  const ask = { assembly, layers, outlook, destination, waits, url, signal };
  const result = await race(ask, delivery.host, tally);
  if (result.kind === 'failed') {
    if (result.reason !== 'aborted') delivery.fail(failureOf[result.reason], asset.path);
    return undefined;
  }
  if (result.timedOut) delivery.fail('swarm-timeout', asset.path);
  // A store that hangs must not hold what others join.
  const keeping = within(delivery.kept.keep(assembly), keepLimitMs, undefined);
  event.waitUntil(keeping);
  return { assembly, keeping };
}

const failureOf = { 'origin-mismatch': 'origin-mismatch', sources: 'origin-error' } as const;

/** A part is fetched in whole slices, so that what was fetched can be kept and shared. */
function wholeSlices({ from, to, isPart }: Span, { entry }: Asset): ByteRange {
  if (!isPart) return { from, to };
  return {
    from: Math.floor(from / sliceBytes) * sliceBytes,
    to: Math.min(Math.ceil(to / sliceBytes) * sliceBytes, entry.n),
  };
}

/**
 * What the worker trusts now, and how it comes to trust something newer: root chain, head, release, in
 * the order of The Update Framework's client workflow. Any failure keeps the last good release.
 */

import {
  catalogOf,
  equalBytes,
  isStale,
  judgeHead,
  limits,
  openFirstRoot,
  openHead,
  openNextRoot,
  openRelease,
  utf8,
  type Catalog,
  type Head,
  type ReleaseRef,
  type Root,
} from '../manifests/index.ts';
import type { WorkerConfig } from '../protocol/site-config.ts';
import type { DocumentStore } from './documents.ts';
import { fetchBounded, OriginError } from './fetch-bounded.ts';
import { obtain, obtainFetched, obtainStored, type Wanted } from './obtain.ts';

/** Everything that was verified, together. */
export interface Trusted {
  readonly root: Root;
  readonly head: Head;
  readonly headBytes: Uint8Array<ArrayBuffer>;
  readonly catalog: Catalog;
  /** The head's date has passed: only fingerprinted URLs are answered. */
  readonly stale: boolean;
}

export type Refresh =
  | { readonly kind: 'trusted'; readonly trusted: Trusted; readonly changed: boolean }
  /**
   * `isGone`: the origin says that there is no head, so that the owner has taken Shoal away. `isAway`: the origin
   * says nothing at all.
   */
  | { readonly kind: 'refused'; readonly reason: string; readonly isGone: boolean; readonly isAway: boolean };

const timeoutMs = 10_000;

/** Reads and verifies what an earlier worker stored; `undefined` when there is nothing good. */
export async function loadTrusted(config: WorkerConfig, store: DocumentStore): Promise<Trusted | undefined> {
  try {
    const root = await storedRoot(config, store);
    const headBytes = await store.read('head');
    if (headBytes === undefined) return undefined;
    // No clock is at hand before the origin has been asked.
    const head = await judge(config, root, undefined, headBytes, Infinity);
    const catalog = await obtainStored(store, releaseAt(config, root, head.release));
    if (catalog === undefined) return undefined;
    return { root, head, headBytes, catalog, stale: isStale(head, Date.now()) };
  } catch {
    return undefined;
  }
}

/** Asks the origin for a newer head, and for all that it names. Never throws. */
export async function refreshTrusted(
  config: WorkerConfig,
  store: DocumentStore,
  current: Trusted | undefined,
): Promise<Refresh> {
  let isHeadThere = false;
  try {
    // Who has no root of its own can take nothing, and asks for nothing.
    const known = current?.root ?? (await storedRoot(config, store));
    const fetched = await fetchBounded(
      `${config.base}shoal/head.json`,
      limits.headBytes,
      timeoutMs,
      'no-store',
    );
    isHeadThere = true;
    const { originTimeMs } = fetched;
    const isSame = current !== undefined && equalBytes(current.headBytes, fetched.bytes);
    const root = isSame
      ? known
      : await lastRoot(config, known, (wanted) => obtainFetched(store, wanted, 'no-cache'));
    const head = await judge(config, root, current, fetched.bytes, originTimeMs);
    const catalog =
      current?.catalog.sha256 === head.release.sha256
        ? current.catalog
        : await obtain(store, releaseAt(config, root, head.release));
    // The release is stored before the head that names it: a stop in between leaves the old pair.
    if (!isSame) await store.write('head', fetched.bytes);
    const stale = isStale(head, originTimeMs);
    return {
      kind: 'trusted',
      trusted: { root, head, headBytes: fetched.bytes, catalog, stale },
      changed: !isSame,
    };
  } catch (error) {
    const status = error instanceof OriginError ? error.status : undefined;
    const isGone = !isHeadThere && (status === 404 || status === 410);
    return {
      kind: 'refused',
      reason: error instanceof Error ? error.message : '',
      isGone,
      isAway: status === 0,
    };
  }
}

/** Rejects when the rules refuse the head (manifests/trust.ts). */
export async function judge(
  config: WorkerConfig,
  root: Root,
  current: Trusted | undefined,
  bytes: Uint8Array<ArrayBuffer>,
  originTimeMs: number,
): Promise<Head> {
  // A signature is checked once: that takes some milliseconds, and each page asks for the head.
  const isKnown = current?.root === root && equalBytes(current.headBytes, bytes);
  const head = isKnown ? current.head : await openHead(bytes, root);
  const verdict = judgeHead(head, bytes, {
    // A rotated root starts the counters anew (fast-forward recovery, TUF 5.3.11).
    current: current?.root.v === root.v ? { head: current.head, bytes: current.headBytes } : undefined,
    rootVersion: root.v,
    bakedFloor: config.floor,
    originTimeMs,
  });
  if (verdict.kind === 'refused') throw new Error(`head: ${verdict.reason}`);
  return head;
}

/** A release that the head still allows beside the newest, for pages that were opened on it. */
export async function previousRelease(
  config: WorkerConfig,
  store: DocumentStore,
  trusted: Trusted,
  sha256: string,
): Promise<Catalog | undefined> {
  const { floor, previous } = trusted.head;
  const ref = previous.find((item) => item.sha256 === sha256 && item.v >= Math.max(floor, config.floor));
  return ref && obtainStored(store, releaseAt(config, trusted.root, ref));
}

export function releaseAt(config: WorkerConfig, root: Root, ref: ReleaseRef): Wanted<Catalog> {
  return {
    name: `release/${ref.sha256}`,
    url: `${config.base}shoal/release/${ref.sha256}.json`,
    limitBytes: ref.len,
    open: async (bytes) => catalogOf(await openRelease(bytes, root, ref), ref.sha256),
  };
}

function rootAfter(config: WorkerConfig, root: Root): Wanted<Root> {
  return {
    name: `root/${root.v + 1}`,
    url: `${config.base}shoal/root/${root.v + 1}.json`,
    limitBytes: limits.rootBytes,
    open: (bytes) => openNextRoot(bytes, root),
  };
}

/** Root 1 from the script, then every stored root that continues it. */
async function storedRoot(config: WorkerConfig, store: DocumentStore): Promise<Root> {
  const first = await openFirstRoot(utf8(config.root), config.site);
  return lastRoot(config, first, (wanted) => obtainStored(store, wanted));
}

/** Follows the chain until there is no next root. */
async function lastRoot(
  config: WorkerConfig,
  root: Root,
  obtainNext: (wanted: Wanted<Root>) => Promise<Root | undefined>,
): Promise<Root> {
  if (root.v >= limits.rootRotations) return root;
  // No next root is the usual end, whatever way the origin says so (some answer everything with a
  // page). The head names its root, so that hiding one from us gains nobody anything.
  const next = await obtainNext(rootAfter(config, root)).catch(() => undefined);
  return next === undefined ? root : lastRoot(config, next, obtainNext);
}

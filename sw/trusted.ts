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
  /** `isGone`: the origin says that there is no head, so that the owner has taken Shoal away. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isGone: boolean };

const timeoutMs = 10_000;

/** Reads and verifies what an earlier worker stored; `undefined` when there is nothing good. */
export async function loadTrusted(config: WorkerConfig, store: DocumentStore): Promise<Trusted | undefined> {
  try {
    const root = await storedRoot(config, store);
    const headBytes = await store.read('head');
    if (headBytes === undefined) return undefined;
    const head = await openHead(headBytes, root);
    // No clock is at hand before the origin has been asked: the head's own time passes the look ahead.
    const verdict = judgeHead(head, headBytes, {
      rootVersion: root.v,
      bakedFloor: config.floor,
      originTimeMs: head.seq,
    });
    if (verdict.kind === 'refused') return undefined;
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
  try {
    const fetched = await fetchBounded(
      `${config.base}shoal/head.json`,
      limits.headBytes,
      timeoutMs,
      'no-store',
    );
    const { originTimeMs } = fetched;
    let root = current?.root ?? (await storedRoot(config, store));
    if (current === undefined || !equalBytes(current.headBytes, fetched.bytes)) {
      root = await followRoots(config, store, root);
    }
    const head = await openHead(fetched.bytes, root);
    // A rotated root starts the counters anew (fast-forward recovery, TUF 5.3.11).
    const comparable = current !== undefined && current.root.v === root.v ? current : undefined;
    const verdict = judgeHead(head, fetched.bytes, {
      ...(comparable === undefined
        ? {}
        : { current: { head: comparable.head, bytes: comparable.headBytes } }),
      rootVersion: root.v,
      bakedFloor: config.floor,
      originTimeMs,
    });
    const stale = isStale(head, originTimeMs);
    if (verdict.kind === 'refused')
      return { kind: 'refused', reason: `head: ${verdict.reason}`, isGone: false };
    if (verdict.kind === 'same' && current !== undefined) {
      return { kind: 'trusted', trusted: { ...current, stale }, changed: false };
    }
    const catalog =
      current?.catalog.sha256 === head.release.sha256
        ? current.catalog
        : await obtain(store, releaseAt(config, root, head.release));
    // The release is stored before the head that names it: a stop in between leaves the old pair.
    await store.write('head', fetched.bytes);
    return {
      kind: 'trusted',
      trusted: { root, head, headBytes: fetched.bytes, catalog, stale },
      changed: true,
    };
  } catch (error) {
    const isGone = error instanceof OriginError && [404, 410].includes(error.status);
    return { kind: 'refused', reason: error instanceof Error ? error.message : '', isGone };
  }
}

/** A release that the head still allows beside the newest, for pages that were opened on it. */
export async function previousRelease(
  config: WorkerConfig,
  store: DocumentStore,
  trusted: Trusted,
  sha256: string,
): Promise<Catalog | undefined> {
  const ref = trusted.head.previous.find((item) => item.sha256 === sha256);
  if (ref === undefined || ref.v < Math.max(trusted.head.floor, config.floor)) return undefined;
  return obtainStored(store, releaseAt(config, trusted.root, ref));
}

function releaseAt(config: WorkerConfig, root: Root, ref: ReleaseRef): Wanted<Catalog> {
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
  let root = await openFirstRoot(utf8(config.root), config.site);
  while (root.v < limits.rootRotations) {
    const next = await obtainStored(store, rootAfter(config, root));
    if (next === undefined) break;
    root = next;
  }
  return root;
}

/** Follows the chain on the origin until there is no next root; each step is stored. */
async function followRoots(config: WorkerConfig, store: DocumentStore, trusted: Root): Promise<Root> {
  let root = trusted;
  try {
    while (root.v < limits.rootRotations) {
      root = await obtainFetched(store, rootAfter(config, root), 'no-cache');
    }
  } catch {
    // No next root is the usual end, whatever way the origin says so (some answer everything with a
    // page). The head names its root, so that hiding one from us gains nobody anything.
  }
  return root;
}

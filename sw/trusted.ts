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
  ManifestError,
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
import { fetchBounded, FetchError } from './fetch-bounded.ts';

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
  | { readonly kind: 'refused'; readonly reason: string };

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
    const catalog = await storedRelease(store, root, head.release);
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
    const originTimeMs = Number.isNaN(fetched.originTimeMs) ? Date.now() : fetched.originTimeMs;
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
    if (verdict.kind === 'refused') return { kind: 'refused', reason: `head: ${verdict.reason}` };
    if (verdict.kind === 'same' && current !== undefined) {
      return { kind: 'trusted', trusted: { ...current, stale }, changed: false };
    }
    const catalog =
      current?.catalog.sha256 === head.release.sha256
        ? current.catalog
        : await releaseOf(config, store, root, head.release);
    // The release is stored before the head that names it: a stop in between leaves the old pair.
    await store.write('head', fetched.bytes);
    return {
      kind: 'trusted',
      trusted: { root, head, headBytes: fetched.bytes, catalog, stale },
      changed: true,
    };
  } catch (error) {
    if (error instanceof ManifestError || error instanceof FetchError) {
      return { kind: 'refused', reason: error.message };
    }
    throw error;
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
  return storedRelease(store, trusted.root, ref);
}

async function releaseOf(
  config: WorkerConfig,
  store: DocumentStore,
  root: Root,
  ref: ReleaseRef,
): Promise<Catalog> {
  const stored = await storedRelease(store, root, ref);
  if (stored !== undefined) return stored;
  const url = `${config.base}shoal/release/${ref.sha256}.json`;
  const { bytes } = await fetchBounded(url, ref.len, timeoutMs, 'default');
  const catalog = catalogOf(await openRelease(bytes, root, ref), ref.sha256);
  await store.write(`release/${ref.sha256}`, bytes);
  return catalog;
}

async function storedRelease(
  store: DocumentStore,
  root: Root,
  ref: ReleaseRef,
): Promise<Catalog | undefined> {
  const bytes = await store.read(`release/${ref.sha256}`);
  if (bytes === undefined) return undefined;
  try {
    return catalogOf(await openRelease(bytes, root, ref), ref.sha256);
  } catch {
    return undefined;
  }
}

/** Root 1 from the script, then every stored root that continues it. */
async function storedRoot(config: WorkerConfig, store: DocumentStore): Promise<Root> {
  let root = await openFirstRoot(utf8(config.root), config.site);
  for (let next = root.v + 1; next <= limits.rootRotations; next++) {
    const bytes = await store.read(`root/${next}`);
    if (bytes === undefined) return root;
    try {
      root = await openNextRoot(bytes, root);
    } catch {
      return root;
    }
  }
  return root;
}

/** Follows the chain on the origin until there is no next root; each step is stored. */
async function followRoots(config: WorkerConfig, store: DocumentStore, trusted: Root): Promise<Root> {
  let root = trusted;
  while (root.v < limits.rootRotations) {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      const url = `${config.base}shoal/root/${root.v + 1}.json`;
      bytes = (await fetchBounded(url, limits.rootBytes, timeoutMs, 'no-cache')).bytes;
    } catch (error) {
      // No next root is the usual end, whatever way the origin says so.
      if (error instanceof FetchError) return root;
      throw error;
    }
    root = await openNextRoot(bytes, root);
    await store.write(`root/${root.v}`, bytes);
  }
  return root;
}

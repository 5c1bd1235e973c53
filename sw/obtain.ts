/** Signed documents and blobs, wherever they are: in the store, or else on the origin. */

import type { DocumentStore } from './documents.ts';
import { fetchBounded } from './fetch-bounded.ts';

/** One immutable document. */
export interface Wanted<T> {
  /** Name in the store. */
  readonly name: string;
  readonly url: string;
  readonly limitBytes: number;
  /** Verifies and reads; rejects when the bytes are not what was asked for. */
  open(bytes: Uint8Array<ArrayBuffer>): Promise<T>;
}

const timeoutMs = 10_000;

/** From the store; `undefined` when it is not there, or not right (a page script may have written it). */
export async function obtainStored<T>(store: DocumentStore, wanted: Wanted<T>): Promise<T | undefined> {
  const bytes = await store.read(wanted.name);
  try {
    return bytes && (await wanted.open(bytes));
  } catch {
    return undefined;
  }
}

/** From the origin, and then stored. Rejects with OriginError, or as `open` does. */
export async function obtainFetched<T>(
  store: DocumentStore,
  wanted: Wanted<T>,
  cache: RequestCache,
): Promise<T> {
  const { bytes } = await fetchBounded(wanted.url, wanted.limitBytes, timeoutMs, cache);
  const opened = await wanted.open(bytes);
  await store.write(wanted.name, bytes);
  return opened;
}

/** From the store, or else from the origin. */
export async function obtain<T>(store: DocumentStore, wanted: Wanted<T>): Promise<T> {
  return (await obtainStored(store, wanted)) ?? obtainFetched(store, wanted, 'default');
}

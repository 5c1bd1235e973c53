/**
 * The signed documents as they are stored: exact bytes, in a cache of their own. Nothing read back is
 * trusted; every start of the worker verifies them again (a page script may write here).
 */

import { documentsCacheName, documentUrl } from '../protocol/kept.ts';
import { within } from './deadline.ts';
import { openCache } from './storage.ts';

/** A store that has not answered by then counts as empty. */
const timeoutMs = 2_000;

/** A named store of bytes. All methods swallow storage errors: without storage the worker is stateless. */
export interface DocumentStore {
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<unknown>;
  remove(name: string): Promise<unknown>;
  names(): Promise<readonly string[]>;
}

/** The store below `<base>shoal/documents/`; these URLs exist only as keys. */
export function documentStore(base: string): DocumentStore {
  const prefix = documentUrl(base, '');
  const open = async <T>(work: (cache: Cache) => Promise<T>): Promise<T> =>
    work(await openCache(documentsCacheName));
  // Full, evicted or forbidden storage costs a fetch at the next start, nothing else.
  const attempt = <T>(work: (cache: Cache) => Promise<T>): Promise<T | undefined> =>
    within(open(work), timeoutMs, undefined);
  return {
    read: (name) =>
      attempt(async (cache) => {
        const hit = await cache.match(prefix + name);
        return hit && new Uint8Array(await hit.arrayBuffer());
      }),
    write: (name, bytes) => attempt((cache) => cache.put(prefix + name, new Response(bytes))),
    remove: (name) => attempt((cache) => cache.delete(prefix + name)),
    names: async () => {
      const keys = (await attempt((cache) => cache.keys())) ?? [];
      return keys.map(({ url }) => new URL(url).pathname.slice(prefix.length));
    },
  };
}

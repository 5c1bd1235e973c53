/**
 * The signed documents as they are stored: exact bytes, in a cache of their own. Nothing read back is
 * trusted; every start of the worker verifies them again (a page script may write here).
 */

const documentsCacheName = 'shoal-documents-v1';

/** A named store of bytes. All methods swallow storage errors: without storage the worker is stateless. */
export interface DocumentStore {
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<unknown>;
  remove(name: string): Promise<unknown>;
  names(): Promise<readonly string[]>;
}

/** The store below `<base>shoal/documents/`; these URLs exist only as keys. */
export function documentStore(base: string): DocumentStore {
  const prefix = `${base}shoal/documents/`;
  // Full, evicted or forbidden storage costs a fetch at the next start, nothing else.
  const attempt = async <T>(work: (cache: Cache) => Promise<T>): Promise<T | undefined> => {
    try {
      return await work(await caches.open(documentsCacheName));
    } catch {
      return undefined;
    }
  };
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

/** Removes everything that this file ever stored. */
export async function removeDocuments(): Promise<void> {
  await caches.delete(documentsCacheName);
}

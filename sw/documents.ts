/**
 * The signed documents as they are stored: exact bytes, in a cache of their own. Nothing read back is
 * trusted; every start of the worker verifies them again (a page script may write here).
 */

const documentsCacheName = 'shoal-documents-v1';

/** A named store of bytes. All methods swallow storage errors: without storage the worker is stateless. */
export interface DocumentStore {
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(name: string): Promise<void>;
  names(): Promise<readonly string[]>;
}

/** The store below `<base>shoal/documents/`; these URLs exist only as keys. */
export function documentStore(base: string): DocumentStore {
  const prefix = `${base}shoal/documents/`;
  const key = (name: string): string => prefix + name;
  return {
    async read(name) {
      try {
        const hit = await (await caches.open(documentsCacheName)).match(key(name));
        return hit === undefined ? undefined : new Uint8Array(await hit.arrayBuffer());
      } catch {
        return undefined;
      }
    },
    async write(name, bytes) {
      try {
        await (await caches.open(documentsCacheName)).put(key(name), new Response(bytes));
      } catch {
        // Full or forbidden storage costs a fetch at the next start, nothing else.
      }
    },
    async remove(name) {
      try {
        await (await caches.open(documentsCacheName)).delete(key(name));
      } catch {
        // As above.
      }
    },
    async names() {
      try {
        const keys = await (await caches.open(documentsCacheName)).keys();
        return keys.map(({ url }) => new URL(url).pathname.slice(prefix.length));
      } catch {
        return [];
      }
    },
  };
}

/** Removes everything that this file ever stored. */
export async function removeDocuments(): Promise<void> {
  await caches.delete(documentsCacheName);
}

/** The signed documents in this browser. Nothing in them is trusted; the worker verifies what it reads. */

import { documentsCacheName, documentUrl } from '../../protocol/kept.ts';
import { withDeadline } from './deadline.ts';

const cacheTimeoutMs = 5_000;

export interface Documents {
  /** `undefined`: it is not there, or cannot be read. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** A full disk costs nothing but the document. */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

export function documentsOf(base: string): Documents {
  const attempt = <T>(act: (cache: Cache) => Promise<T>): Promise<T | undefined> =>
    withDeadline(caches.open(documentsCacheName).then(act), cacheTimeoutMs, 'the documents').catch(
      () => undefined,
    );
  return {
    read: (name) =>
      attempt(async (cache) => {
        const hit = await cache.match(documentUrl(base, name));
        return hit && new Uint8Array(await hit.arrayBuffer());
      }),
    write: async (name, bytes) => {
      await attempt((cache) => cache.put(documentUrl(base, name), new Response(bytes)));
    },
  };
}

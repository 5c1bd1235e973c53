/** The chunk digests of a release: fetched when first needed, verified, stored. */

import { checkLayers, type Catalog } from '../manifests/index.ts';
import type { DocumentStore } from './documents.ts';
import { obtain } from './obtain.ts';

/** The checked blob of a release; rejects with ManifestError or OriginError. */
export type Layers = (catalog: Catalog) => Promise<Uint8Array>;

/** Reads layers; one fetch per release however many ask, and again after a failure. */
export function layersFrom(base: string, store: DocumentStore): Layers {
  const loading = new Map<string, Promise<Uint8Array>>();
  return ({ release: { layers } }) => {
    const { sha256, len } = layers;
    const known = loading.get(sha256);
    if (known !== undefined) return known;
    const load = obtain(store, {
      name: `layers/${sha256}`,
      url: `${base}shoal/layers/${sha256}.bin`,
      limitBytes: len,
      open: (bytes) => checkLayers(bytes, layers),
    });
    loading.set(sha256, load);
    load.catch(() => loading.delete(sha256));
    return load;
  };
}

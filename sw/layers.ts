/** The chunk digests of a release: fetched when first needed, verified, stored. */

import { checkLayers, type Catalog } from '../manifests/index.ts';
import type { DocumentStore } from './documents.ts';
import { fetchBounded } from './fetch-bounded.ts';

const timeoutMs = 10_000;

/** Reads layers; one fetch per release however many ask, and again after a failure. */
export class Layers {
  readonly #base: string;
  readonly #store: DocumentStore;
  readonly #loading = new Map<string, Promise<Uint8Array>>();

  constructor(base: string, store: DocumentStore) {
    this.#base = base;
    this.#store = store;
  }

  /** The checked blob. Rejects with ManifestError or FetchError. */
  of(catalog: Catalog): Promise<Uint8Array> {
    const { sha256 } = catalog.release.layers;
    const known = this.#loading.get(sha256);
    if (known !== undefined) return known;
    const loading = this.#load(catalog);
    this.#loading.set(sha256, loading);
    loading.catch(() => this.#loading.delete(sha256));
    return loading;
  }

  async #load(catalog: Catalog): Promise<Uint8Array> {
    const { layers } = catalog.release;
    if (layers.len === 0) return new Uint8Array();
    const name = `layers/${layers.sha256}`;
    const stored = await this.#store.read(name);
    if (stored !== undefined) {
      try {
        return await checkLayers(stored, layers);
      } catch {
        // Overwritten by somebody: fetch it again.
      }
    }
    const url = `${this.#base}shoal/layers/${layers.sha256}.bin`;
    const { bytes } = await fetchBounded(url, layers.len, timeoutMs, 'default');
    await checkLayers(bytes, layers);
    await this.#store.write(name, bytes);
    return bytes;
  }
}

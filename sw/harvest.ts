/**
 * The first visit: the browser has loaded the page by itself, and what it loaded lies in its HTTP
 * cache. We take it from there without network, verify it, keep it; so a first visitor can seed.
 */

import { sha256Hex, type Asset } from '../manifests/index.ts';
import type { HarvestEntry } from '../protocol/worker-messages.ts';
import { Assembly } from './assembly.ts';
import { within } from './deadline.ts';
import type { Delivery } from './deliver.ts';
import { emptyTally } from './race.ts';

const readTimeoutMs = 5_000;
/** More than this is not held in memory at once for something that nobody waits for. */
const assetLimitBytes = 64 * 1024 * 1024;

/** Harvests one after the other, so that the page's own work goes first. Never rejects. */
export async function harvest(
  delivery: Delivery,
  clientId: string,
  loaded: readonly HarvestEntry[],
): Promise<void> {
  const trusted = await delivery.releases.refresh();
  if (trusted === undefined || delivery.releases.mode !== 'on') return;
  for (const entry of loaded) {
    const url = URL.parse(entry.url);
    const asset = url === null ? undefined : trusted.catalog.find(url.pathname + url.search);
    if (asset === undefined) continue;
    const tally = emptyTally();
    tally[entry.network === 'http' ? 'httpBytes' : 'cacheBytes'] = asset.entry.n;
    const { index, path } = asset;
    const release = trusted.catalog.sha256;
    delivery.tell(clientId, { t: 'delivered', release, asset: index, path, ...tally, ms: entry.ms });
    if (asset.entry.n > assetLimitBytes || asset.entry.n === 0) continue;
    const assembly = new Assembly(asset, { from: 0, to: asset.entry.n }, trusted.catalog.release.piece);
    await delivery.kept.read(assembly, undefined);
    if (assembly.missing.length === 0) continue;
    const bytes = await within(fromHttpCache(entry.url, asset), readTimeoutMs, undefined);
    if (bytes === undefined) continue;
    assembly.fill(bytes);
    await delivery.kept.keep(assembly);
  }
}

/** The browser's copy when it is the signed one; `only-if-cached` never touches the network. */
async function fromHttpCache(url: string, asset: Asset): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const response = await fetch(url, { cache: 'only-if-cached', mode: 'same-origin' });
  if (!response.ok) return undefined;
  const bytes = new Uint8Array(await response.arrayBuffer());
  return (await sha256Hex(bytes)) === asset.digest ? bytes : undefined;
}

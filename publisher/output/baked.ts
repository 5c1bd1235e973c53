/** From the configuration to the settings that are baked into the two scripts. */

import { fromUtf8, swarmIdOf, type Head } from '../../manifests/index.ts';
import type { TagConfig, WorkerConfig } from '../../protocol/site-config.ts';
import type { Config } from '../config/schema.ts';
import { enginePath, tagPath, workerPath } from '../release/layout.ts';
import { bakeTag, bakeWorker, engineHash, type BrowserScripts } from './browser-scripts.ts';

/** The three scripts as they are served: path relative to the folder, and bytes. */
export async function bakedScripts(
  config: Config,
  scripts: BrowserScripts,
  firstRoot: Uint8Array,
  { floor, mode }: Pick<Head, 'floor' | 'mode'>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const engine = enginePath(engineHash(scripts.engine));
  const worker: WorkerConfig = {
    site: config.site,
    base: config.base,
    root: fromUtf8(firstRoot) ?? '',
    floor,
    cacheLimitBytes: config.cacheLimitBytes,
  };
  const tag: TagConfig = {
    site: config.site,
    base: config.base,
    worker: config.base + workerPath,
    engine: config.base + engine,
    swarmId: await swarmIdOf(firstRoot),
    hub: config.hub.url,
    ...config.swarm,
    ...(mode === 'uninstall' ? { uninstall: true } : {}),
  };
  return new Map([
    [engine, scripts.engine],
    [workerPath, bakeWorker(worker, scripts.worker)],
    [tagPath, bakeTag(tag, scripts.tag)],
  ]);
}

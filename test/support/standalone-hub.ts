/** A hub of its own, as `shoal hub` runs it: it may end while the site goes on, and the other way round. */
import { join } from 'node:path';
import { startHub, type RunningHub } from '../../hub/index.ts';
import { loadProject } from '../../publisher/config/load.ts';
import { hubOptionsOf } from '../../publisher/serve/hub-options.ts';
import type { ShoalSite } from './shoal-site.ts';

/** Starts the hub of a site that was initialised with `hub.url` at this port. */
export async function startStandaloneHub(site: ShoalSite, port: number): Promise<RunningHub> {
  const project = await loadProject(join(site.folder, 'shoal.config.json'));
  const options = await hubOptionsOf(project, { prefix: '/', dir: site.dir, databasePath: ':memory:' });
  return startHub({ ...options, port });
}

/** The demo site, published as an owner would. */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { init, publish, serve, type Serving } from '../../publisher/index.ts';
import { buildDemoSite, type DemoAssets } from '../build-demo-site.ts';
import { root } from '../root.ts';

export interface DemoSite {
  readonly serving: Serving;
  /** What the page loads, as it was before it was published. */
  readonly assets: DemoAssets;
  /** Whether a path (with query) is one of the files that the page loads. */
  readonly isAsset: (path: string) => boolean;
}

/**
 * Builds, publishes and serves it. The port moves on to a free one when it is taken.
 *
 * @param folder replaced by the site's project: settings, keys, metrics, and the site itself in `public/`
 */
export async function publishDemo(wantedPort: number, folder = `${root}build/demo`): Promise<DemoSite> {
  const port = await portNear(wantedPort);
  const dir = `${folder}/public`;
  const config = `${folder}/shoal.config.json`;
  await rm(folder, { recursive: true, force: true });
  const assets = await buildDemoSite(dir);
  // Everybody is on this machine: peers have local addresses only, and there is nobody to ask for others.
  await init({
    folder,
    site: `http://localhost:${port}`,
    settings: {
      swarm: { lan: true, iceServers: [], uploadBytesPerSecond: 0, uploadBytesPerDay: 0 },
      hub: { pricePerGB: 0.08, currency: 'USD' },
    },
  });
  await publish({ dir, config });
  const serving = await serve({
    dir,
    config,
    port,
    host: 'localhost',
    databasePath: `${folder}/metrics.sqlite`,
  });
  const paths = new Set(Object.keys(assets).map((path) => `/${path}`));
  return { serving, assets, isAsset: (path) => paths.has(path) };
}

async function portNear(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    try {
      server.listen(port, 'localhost');
      await once(server, 'listening');
      const address = server.address();
      if (typeof address === 'object' && address !== null) return address.port;
    } catch {
      process.stdout.write(`Port ${port} is taken, looking for a free one.\n`);
    } finally {
      server.close();
    }
  }
  throw new Error('No free port was found.');
}

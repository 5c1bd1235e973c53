/** `shoal serve`: a published folder and its hub on one port. */

import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createHub, type Hub } from '../../hub/index.ts';
import { loadProject } from '../config/load.ts';
import { hubOptionsOf } from './hub-options.ts';
import { createSite, type OriginCounts, type ServedRequest } from './static-server.ts';

/** How a folder is served. */
export interface ServeOptions {
  readonly dir: string;
  /** Path of `shoal.config.json`; default: in the current folder. */
  readonly config?: string;
  /** Default 8080; 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly paceBytesPerSecond?: number;
  /** SQLite file of the metrics; default: that of the configuration. `:memory:` keeps nothing. */
  readonly databasePath?: string;
}

/** A site and a hub that answer. */
export interface Serving {
  /** The site's address, ending in its base path. */
  readonly url: string;
  /** The hub's address, ending in `/`; the dashboard is at `dashboard/` below it. */
  readonly hubUrl: string;
  readonly port: number;
  readonly hub: Hub;
  originCounts(): OriginCounts;
  onServed(listener: (served: ServedRequest) => void): () => void;
  close(): Promise<void>;
}

/** Serves until `close()`. @throws PublisherError, HubError. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { port = 8080, host = '127.0.0.1' } = options;
  const dir = resolve(options.dir);
  const project = await loadProject(options.config);
  const { config } = project;
  const prefix = config.hub.url?.startsWith('/') === true ? config.hub.url : '/hub/';
  const hubOptions = await hubOptionsOf(project, {
    prefix,
    dir,
    // The port is not known yet when it is 0: that is for tests, which are configured with their own.
    otherOrigins: [`http://${host}:${port}`, `http://localhost:${port}`],
    ...(options.databasePath === undefined ? {} : { databasePath: options.databasePath }),
  });
  if (hubOptions.databasePath !== ':memory:')
    await mkdir(dirname(hubOptions.databasePath), { recursive: true });
  const hub = await createHub(hubOptions);
  const site = createSite({
    dir,
    base: config.base,
    hub,
    site: config.site,
    ...(options.paceBytesPerSecond === undefined ? {} : { paceBytesPerSecond: options.paceBytesPerSecond }),
  });
  const listening = await site.listen({ port, host }).catch(async (error: unknown) => {
    await hub.close();
    throw error;
  });
  return {
    url: listening.origin + config.base,
    hubUrl: listening.origin + prefix,
    port: listening.port,
    hub,
    originCounts: () => site.originCounts(),
    onServed: (listener) => site.onServed(listener),
    close: async () => {
      await hub.close();
      await listening.close();
    },
  };
}

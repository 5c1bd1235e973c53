/** From the configuration to the options of the hub. */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { swarmIdOf } from '../../manifests/index.ts';
import type { HubOptions } from '../../hub/index.ts';
import type { Project } from '../config/load.ts';
import { PublisherError } from '../errors.ts';
import { readRootChain } from '../release/roots.ts';

/** What differs between a hub beside a folder and one that stands alone. */
export interface HubPlace {
  /** Path that the hub answers below. */
  readonly prefix: string;
  /** The published folder, if it is on this machine. */
  readonly dir?: string;
  /** Origins besides the site's own whose pages may take part. */
  readonly otherOrigins?: readonly string[];
  /** SQLite file; default: that of the configuration. */
  readonly databasePath?: string;
}

/** @throws PublisherError `not-initialised`, `state`, `config`. */
export async function hubOptionsOf({ folder, config }: Project, place: HubPlace): Promise<HubOptions> {
  const roots = await readRootChain(join(folder, '.shoal/root'), config.site);
  const [firstRoot = new Uint8Array()] = roots.documents;
  const dashboardToken = tokenIn(config.hub.dashboardTokenEnv);
  const seederToken = tokenIn(config.hub.seederTokenEnv);
  return {
    sites: [
      {
        site: config.site,
        swarmId: await swarmIdOf(firstRoot),
        allowedOrigins: [
          config.site,
          ...(place.otherOrigins ?? []).filter((origin) => origin !== config.site),
        ],
        source: place.dir === undefined ? { url: config.site + config.base } : { dir: place.dir },
      },
    ],
    databasePath: place.databasePath ?? resolve(folder, config.hub.database),
    pricePerGB: config.hub.pricePerGB,
    currency: config.hub.currency,
    trustProxy: config.hub.trustProxy,
    prefix: place.prefix,
    dashboardDir: builtDashboard(),
    processMetrics: true,
    ...(dashboardToken === undefined ? {} : { dashboardToken }),
    ...(seederToken === undefined ? {} : { seederToken }),
  };
}

function tokenIn(variable: string): string | undefined {
  const token = process.env[variable];
  if (token === undefined || token.length >= 16) return token;
  throw new PublisherError(
    'config',
    `${variable} has fewer than 16 characters`,
    'Set it to a long random text, for example from `openssl rand -hex 16`.',
  );
}

function builtDashboard(): string {
  const relative = import.meta.url.endsWith('.ts') ? '../../dist/dashboard' : '../dashboard';
  return fileURLToPath(new URL(relative, import.meta.url));
}

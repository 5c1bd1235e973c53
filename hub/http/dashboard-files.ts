/** The dashboard's built files. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { ResolvedOptions } from '../options.ts';
import type { HubEnv } from './client-address.ts';

/** Routes below `dashboard/`. */
export function dashboardFiles({ dashboardDir, prefix }: ResolvedOptions): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  if (dashboardDir === undefined || !existsSync(join(dashboardDir, 'index.html'))) {
    app.get('/*', (c) =>
      c.text(
        dashboardDir === undefined
          ? 'This hub runs without a dashboard; its figures are below api/ and metrics.\n'
          : `There is no dashboard in ${dashboardDir}: build it first.\n`,
        404,
      ),
    );
    return app;
  }
  app.use('/*', async (c, next) => {
    await next();
    // Names do not change with their content.
    c.header('Cache-Control', 'no-cache');
  });
  app.get(
    '/*',
    serveStatic<HubEnv>({
      root: dashboardDir,
      rewriteRequestPath: (path) => path.slice(`${prefix}dashboard`.length),
    }),
  );
  return app;
}

/** All of the hub's HTTP routes, below its prefix. */

import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { messageOf } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SummaryContext } from '../metrics/summary.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Sites } from '../sites.ts';
import { Access } from './access.ts';
import { apiRoutes } from './api-routes.ts';
import type { HubEnv } from './client-address.ts';
import { dashboardFiles } from './dashboard-files.ts';
import { intakeRoutes, type OriginReport } from './intake-routes.ts';
import type { LiveFeed } from './live-feed.ts';

export interface RoutesContext {
  readonly options: ResolvedOptions;
  readonly sites: Sites;
  readonly metrics: Metrics;
  readonly summary: SummaryContext;
  readonly recordOrigin: (report: OriginReport) => boolean;
}

export function routes(context: RoutesContext): { readonly app: Hono<HubEnv>; readonly feed: LiveFeed } {
  const { options, metrics } = context;
  const access = new Access(options);
  const { routes: api, feed } = apiRoutes(context);
  const app = new Hono<HubEnv>();
  app.onError((thrown, c) => {
    options.log.error('http', { path: new URL(c.req.url).pathname, message: messageOf(thrown) });
    return c.json({ error: 'the hub could not answer; its log says why' }, 500);
  });

  app.route('/', intakeRoutes({ ...context, access }));
  app.use('*', headers);
  app.get('/health', (c) =>
    metrics.isHealthy
      ? c.json({ ok: true })
      : c.json({ ok: false, error: 'the metrics database cannot be written; figures wait in memory' }, 503),
  );
  app.get('/metrics', access.api, async (c) => {
    const { registry } = metrics.prometheus;
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
  app.use('/api/*', access.api);
  app.route('/api', api);
  app.get('/', (c) => c.redirect(`${options.prefix}dashboard/`));
  app.get('/dashboard', (c) => c.redirect(`${options.prefix}dashboard/`));
  app.use('/dashboard/*', access.pages);
  app.route('/dashboard', dashboardFiles(options));
  return { app, feed };
}

/**
 * Nothing but our own files runs on the dashboard, and nobody frames it. Whether a domain is to be
 * reached by HTTPS only is its owner's decision, not ours.
 */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
});

/** What goes out: the JSON API and its live stream. See api.ts for what it says. */

import { Hono, type Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import { summaryRanges, type ApiError, type SitesResponse } from '../api.ts';
import { messageOf } from '../log.ts';
import { liveTickOf, siteSummaryOf, summaryOf, type SummaryContext } from '../metrics/summary.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Site, Sites } from '../sites.ts';
import type { HubEnv } from './client-address.ts';
import { LiveFeed, type Viewer } from './live-feed.ts';

export interface ApiContext {
  readonly options: ResolvedOptions;
  readonly sites: Sites;
  readonly summary: SummaryContext;
}

/** The routes below `api/`, and the feed, which must be closed with the hub. */
export function apiRoutes({ options, sites, summary }: ApiContext): {
  readonly routes: Hono<HubEnv>;
  readonly feed: LiveFeed;
} {
  const { log } = options;
  const feed = new LiveFeed((site) => liveTickOf(summary, site), log);
  const routes = new Hono<HubEnv>();
  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });

  routes.get('/sites', async (c) => {
    const list = await Promise.all(
      sites.list.map(({ site, swarmId }) => siteSummaryOf(summary, site, swarmId)),
    );
    const response: SitesResponse = { sites: list };
    return c.json(response);
  });

  routes.get('/summary', async (c) => {
    const site = siteOf(c, sites);
    if (site === undefined) return unknownSite(c);
    const range = summaryRanges.find((candidate) => candidate === (c.req.query('range') ?? '24h'));
    if (range === undefined) return refuse(c, 400, `range must be one of ${summaryRanges.join(', ')}`);
    return c.json(await summaryOf(summary, site.site, range));
  });

  routes.get('/live', (c) => {
    const site = siteOf(c, sites);
    if (site === undefined) return unknownSite(c);
    if (feed.isFull) return refuse(c, 503, 'too many dashboards are open');
    // Nginx holds streams back otherwise.
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(
      c,
      (stream) => view(feed, stream, site.site),
      async (thrown) => log.error('live', { message: messageOf(thrown) }),
    );
  });
  return { routes, feed };
}

/** Writes to one viewer until it goes, or the hub stops. */
async function view(feed: LiveFeed, stream: SSEStreamingApi, site: string): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let isWriting = false;
  const viewer: Viewer = {
    site,
    end,
    // A viewer that does not keep up misses ticks; the next one holds everything again.
    write: (chunk) => {
      if (isWriting) return;
      isWriting = true;
      void stream.write(chunk).then(() => {
        isWriting = false;
      }, end);
    },
  };
  stream.onAbort(end);
  try {
    await feed.add(viewer);
    await ended;
  } finally {
    feed.remove(viewer);
  }
}

/** The site asked for; without a name the first, which is the only one in most hubs. */
function siteOf(c: Context<HubEnv>, sites: Sites): Site | undefined {
  const name = c.req.query('site');
  return name === undefined ? sites.list[0] : sites.get(name);
}

function unknownSite(c: Context<HubEnv>): Response {
  return refuse(c, 404, 'site: this hub does not serve it; GET api/sites names those it does');
}

function refuse(c: Context<HubEnv>, status: 400 | 404 | 503, error: string): Response {
  const body: ApiError = { error };
  return c.json(body, status);
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Hono } from 'hono';
import type { HubEnv } from './http/client-address.ts';
import type { OriginReport } from './http/intake-routes.ts';
import { routes } from './http/routes.ts';
import { Metrics } from './metrics/metrics.ts';
import { Prometheus } from './metrics/prometheus.ts';
import { SqliteStore } from './metrics/sqlite-store.ts';
import { resolveOptions, type HubOptions } from './options.ts';
import { Sites } from './sites.ts';
import { Admission } from './tracker/admission.ts';
import { TrackerCore } from './tracker/core.ts';
import { TrackerSockets } from './tracker/sockets.ts';

/** A hub that does not listen by itself: somebody else's server passes requests to it. */
export interface Hub {
  /** All HTTP routes, relative; to be mounted: `server.route(prefix, hub.app)`. */
  readonly app: Hono<HubEnv>;
  /** Below which path it expects to be mounted. */
  readonly prefix: string;
  /**
   * Takes over an HTTP upgrade for `<prefix>announce`, the tracker. `false`: the request is for
   * something else, and the socket is untouched.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Counts a request that the origin's own server answered. `false`: not a site of this hub. */
  recordOrigin(report: OriginReport): boolean;
  /** Ends all streams and sockets, writes what was counted and closes the database. */
  close(): Promise<void>;
}

/** Throws {@link HubError}: `bad-option`, `database`. */
export async function createHub(given: HubOptions): Promise<Hub> {
  const options = resolveOptions(given);
  const { log, clock, prefix } = options;
  const store = new SqliteStore(options.databasePath, options.limits.databaseBytes);
  const prometheus = new Prometheus(options.processMetrics);
  const metrics = new Metrics({ store, prometheus, waitingCells: options.limits.waitingCells, log, clock });
  await metrics.start();

  const sites = new Sites(options);
  const core = new TrackerCore({
    refusal: (infoHash, origin) => sites.refusal(infoHash, origin),
    clock,
    random: Math.random,
  });
  const admission = new Admission(options, sites);
  const sockets = new TrackerSockets({ core, admission, limits: options.limits, log, clock });
  prometheus.observe({
    core,
    connections: () => sockets.size,
    sites: sites.list,
    pagesNow: (site) => metrics.pagesNow(site),
  });
  const recordOrigin = ({ site: name, path, bytes }: OriginReport): boolean => {
    const site = sites.get(name);
    if (site === undefined) return false;
    metrics.recordOrigin(name, { bytes, isAsset: site.releases.hasPath(path) });
    return true;
  };
  const peers = (site: string): number => core.peersIn(sites.get(site)?.swarmId ?? '');
  const summary = { metrics, price: options, peers, clock };
  const { app, feed } = routes({ options, sites, metrics, summary, recordOrigin });
  await sites.start();
  log.info('hub-started', { sites: sites.list.length, prefix });

  return {
    app,
    prefix,
    recordOrigin,
    handleUpgrade: (request, socket, head) => {
      if (pathOf(request) !== `${prefix}announce`) return false;
      sockets.accept(request, socket, head);
      return true;
    },
    close: async () => {
      sites.close();
      feed.close();
      await sockets.close();
      await metrics.close();
      log.info('hub-stopped');
    },
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

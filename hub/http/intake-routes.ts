/** What comes in: beacons of pages, and the origin's own counts. */

import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import * as v from 'valibot';
import { beaconLimitBytes } from '../../protocol/beacon.ts';
import { householdOf, isLoopback, rangeOf } from '../address.ts';
import { takeBeacon } from '../metrics/intake.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { RejectReason, Verdict } from '../metrics/verdict.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Sites } from '../sites.ts';
import { TokenBuckets } from '../token-bucket.ts';
import type { Access } from './access.ts';
import { clientAddress, type HubEnv } from './client-address.ts';

const originLimitBytes = 1024 * 1024;

/**
 * Browsers say `Origin: null` for pages under `no-referrer` (https://fetch.spec.whatwg.org/#append-a-request-origin-header).
 * Whether such a page is of the very origin that it reports to they say in a header that no script can set
 * (https://w3c.github.io/webappsec-fetch-metadata/), and which origin that is stands in `Host`.
 */
function originOf(headers: Headers, sites: Sites): string | null {
  const origin = headers.get('origin');
  if (origin !== 'null' || headers.get('sec-fetch-site') !== 'same-origin') return origin;
  const own = sites.list.find(({ site }) => new URL(site).host === headers.get('host'));
  return own?.site ?? origin;
}

/** One request that the origin's own web server answered. */
export interface OriginReport {
  /** The origin that releases are signed for. */
  readonly site: string;
  /** Path and query, as in the request. */
  readonly path: string;
  /** Body bytes as sent. */
  readonly bytes: number;
  readonly status: number;
}

const originBatch = v.strictObject({
  site: v.string(),
  entries: v.pipe(
    v.array(
      v.strictObject({
        path: v.pipe(v.string(), v.startsWith('/'), v.maxLength(4096)),
        bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 40)),
        status: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)),
      }),
    ),
    v.maxLength(20_000),
  ),
});

export interface IntakeContext {
  readonly options: ResolvedOptions;
  readonly sites: Sites;
  readonly metrics: Metrics;
  readonly access: Access;
  readonly recordOrigin: (report: OriginReport) => boolean;
}

export function intakeRoutes({ options, sites, metrics, access, recordOrigin }: IntakeContext): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  // One page sends a beacon every few seconds; behind one address there may be an office full of them.
  const households = new TokenBuckets(500, 50);
  const ranges = new TokenBuckets(5_000, 500);
  const rangeOfSender = (address: string | undefined): string | undefined =>
    // A proxy that we are not told to trust makes everybody come from this machine.
    address === undefined || isLoopback(address) ? undefined : rangeOf(address);
  const isWithinRates = (address: string | undefined): boolean => {
    const [range, nowMs] = [rangeOfSender(address), options.clock()];
    return (
      households.take(householdOf(address), 1, nowMs) && (range === undefined || ranges.take(range, 1, nowMs))
    );
  };
  const refuse = (c: Context, reason: RejectReason, message: string): Response => {
    metrics.prometheus.rejected(reason);
    c.header('X-Content-Type-Options', 'nosniff');
    return c.text(`${message}\n`, statusOf(reason));
  };

  app.use(
    '/beacon',
    cors({
      origin: (origin) => (sites.allowsSomewhere(origin) ? origin : null),
      allowMethods: ['POST'],
      allowHeaders: ['content-type'],
      maxAge: 86_400,
    }),
  );
  app.post(
    '/beacon',
    // Before anything is read.
    async (c, next) => {
      const address = clientAddress(c, options.trustProxy);
      return isWithinRates(address) ? next() : refuse(c, 'rate', 'too many beacons');
    },
    bodyLimit({
      maxSize: beaconLimitBytes,
      onError: (c) => refuse(c, 'size', `a beacon may have ${beaconLimitBytes} bytes`),
    }),
    async (c) => {
      const body = parseJson(await c.req.text());
      const verdict: Verdict = await takeBeacon(metrics, sites, body, {
        origin: originOf(c.req.raw.headers, sites),
        range: rangeOfSender(clientAddress(c, options.trustProxy)),
      });
      if (verdict.kind === 'rejected') return refuse(c, verdict.reason, verdict.message);
      if (verdict.kind === 'duplicate') metrics.prometheus.duplicate();
      return c.body(null, 204);
    },
  );

  app.post(
    '/origin',
    access.origin,
    bodyLimit({
      maxSize: originLimitBytes,
      onError: (c) => c.json({ error: `a batch may have ${originLimitBytes} bytes` }, 413),
    }),
    async (c) => {
      // A JSON type makes a browser ask first (preflight), and nobody answers: no page can post here.
      if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
        return c.json({ error: 'content-type must be application/json' }, 415);
      }
      const parsed = v.safeParse(originBatch, parseJson(await c.req.text()));
      if (!parsed.success) {
        const [issue] = parsed.issues;
        return c.json({ error: `${v.getDotPath(issue) ?? 'body'}: ${issue.message}` }, 400);
      }
      const { site, entries } = parsed.output;
      if (sites.get(site) === undefined) return c.json({ error: 'site: this hub does not serve it' }, 400);
      for (const entry of entries) recordOrigin({ site, ...entry });
      return c.body(null, 204);
    },
  );
  return app;
}

/** `undefined` when it is not JSON; no schema allows that. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function statusOf(reason: RejectReason): 400 | 403 | 413 | 429 | 503 {
  switch (reason) {
    case 'size':
      return 413;
    case 'rate':
      return 429;
    case 'origin':
      return 403;
    case 'overload':
      return 503;
    case 'shape':
    case 'site':
    case 'release':
    case 'asset':
    case 'implausible':
      return 400;
  }
}

import * as v from 'valibot';
import { isOrigin } from '../manifests/index.ts';
import { HubError } from './errors.ts';
import { defaultLimits, type HubLimits } from './limits.ts';
import { silentLogger, type Logger } from './log.ts';

/** One site that this hub serves. */
export interface HubSite {
  /** The origin that releases are signed for, e.g. `https://example.com`. */
  readonly site: string;
  /** 40 hex digits, derived from root 1. */
  readonly swarmId: string;
  /** Origins of the pages that may announce and report; default: `site` alone. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Where the folder `shoal/` is found that the site publishes: below a directory of this machine,
   * or below a URL. Default: below the site itself.
   */
  readonly source?: { readonly dir: string } | { readonly url: string };
}

/** What a hub is made of. */
export interface HubOptions {
  readonly sites: readonly HubSite[];
  /** SQLite file; created if missing. `:memory:` keeps nothing over a restart. */
  readonly databasePath: string;
  /** What a GB (10^9 bytes) from the origin costs; default 0.05. */
  readonly pricePerGB?: number;
  /** ISO 4217 code; default `EUR`. */
  readonly currency?: string;
  /** Opens dashboard, API and metrics to other machines; without it only this machine may look. */
  readonly dashboardToken?: string;
  /** For log shippers that report what the origin served; default: the dashboard's token. */
  readonly originToken?: string;
  /** Lets programs that are no browser into the tracker, as `announce?token=...`; without it, none. */
  readonly seederToken?: string;
  /** Believe the last `X-Forwarded-For` and `X-Forwarded-Proto`; only behind a proxy that sets them. */
  readonly trustProxy?: boolean;
  /** Path below which the hub answers, with `/` at both ends; default `/`. */
  readonly prefix?: string;
  /** The dashboard's built files. */
  readonly dashboardDir?: string;
  /** Add figures of the process itself (CPU, memory, event loop) to the metrics; default off. */
  readonly processMetrics?: boolean;
  readonly limits?: Partial<HubLimits>;
  readonly log?: Logger;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: () => number;
}

/** Options with every default in place. */
export type ResolvedOptions = Required<
  Omit<HubOptions, 'dashboardToken' | 'originToken' | 'seederToken' | 'dashboardDir' | 'sites' | 'limits'>
> & {
  readonly sites: readonly Required<HubSite>[];
  readonly limits: HubLimits;
  readonly dashboardToken: string | undefined;
  readonly originToken: string | undefined;
  readonly seederToken: string | undefined;
  readonly dashboardDir: string | undefined;
};

const origin = v.pipe(v.string(), v.check(isOrigin, 'must be an origin such as https://example.com'));
const token = v.pipe(v.string(), v.minLength(16, 'must have at least 16 characters'));

const schema = v.strictObject({
  sites: v.pipe(
    v.array(
      v.strictObject({
        site: origin,
        swarmId: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, 'must be 40 hex digits')),
        allowedOrigins: v.optional(v.array(origin)),
        source: v.optional(
          v.union([
            v.strictObject({ dir: v.pipe(v.string(), v.minLength(1)) }),
            v.strictObject({ url: v.pipe(v.string(), v.url()) }),
          ]),
        ),
      }),
    ),
    v.minLength(1, 'must name at least one site'),
  ),
  databasePath: v.pipe(v.string(), v.minLength(1)),
  pricePerGB: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  currency: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR'))),
  dashboardToken: v.optional(token),
  originToken: v.optional(token),
  seederToken: v.optional(token),
  trustProxy: v.optional(v.boolean()),
  prefix: v.optional(v.pipe(v.string(), v.regex(/^\/([\w.~-]+\/)*$/, 'must start and end with /'))),
  dashboardDir: v.optional(v.string()),
  processMetrics: v.optional(v.boolean()),
});

/** Checks what came from a configuration file or a command line. Throws {@link HubError} `bad-option`. */
export function resolveOptions(options: HubOptions): ResolvedOptions {
  const { log, clock, limits, ...data } = options;
  const parsed = v.safeParse(schema, data);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new HubError('bad-option', `hub option ${v.getDotPath(issue) ?? ''}: ${issue.message}`);
  }
  const duplicate = data.sites.find(
    ({ site }, i) => data.sites.findIndex((other) => other.site === site) !== i,
  );
  if (duplicate !== undefined)
    throw new HubError('bad-option', `hub option sites: ${duplicate.site} stands twice`);
  return {
    databasePath: data.databasePath,
    pricePerGB: data.pricePerGB ?? 0.05,
    currency: data.currency ?? 'EUR',
    dashboardToken: data.dashboardToken,
    originToken: data.originToken ?? data.dashboardToken,
    seederToken: data.seederToken,
    limits: { ...defaultLimits, ...limits },
    trustProxy: data.trustProxy ?? false,
    prefix: data.prefix ?? '/',
    dashboardDir: data.dashboardDir,
    processMetrics: data.processMetrics ?? false,
    log: log ?? silentLogger,
    clock: clock ?? Date.now,
    sites: data.sites.map((site) => ({
      site: site.site,
      swarmId: site.swarmId,
      allowedOrigins: site.allowedOrigins ?? [site.site],
      source: site.source ?? { url: `${site.site}/` },
    })),
  };
}

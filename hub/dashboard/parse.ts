/** The hub's answers, checked: they come in as `unknown` and leave as the types of `hub/api.ts`. */

import * as v from 'valibot';
import type { LiveTick, SitesResponse, Summary } from '../api.ts';

const figure = v.pipe(v.number(), v.finite());
const ratio = v.nullable(figure);

const bytes = v.object({ http: figure, swarm: figure, cache: figure, discarded: figure, rejected: figure });

const saved = v.object({ bytes: figure, money: figure, currency: v.string(), pricePerGB: figure });

const visitors = v.object({ now: figure, total: figure, first: figure, repeat: figure });

const peers = v.object({ connected: figure });

const origin = v.nullable(v.object({ assetBytes: figure, otherBytes: figure, requests: figure }));

const seriesPoint = v.object({
  t: figure,
  http: figure,
  swarm: figure,
  cache: figure,
  origin: v.nullable(figure),
  visitors: figure,
});

const releaseRow = v.object({
  sha256: v.string(),
  version: figure,
  firstSeen: figure,
  lastSeen: figure,
  bytes,
  offloadRatio: ratio,
});

const assetRow = v.object({
  path: v.string(),
  requests: figure,
  http: figure,
  swarm: figure,
  cache: figure,
  discarded: figure,
  rejected: figure,
  meanMs: v.nullable(figure),
});

const loadTimes = v.object({
  visit: v.picklist(['first', 'repeat']),
  swarm: v.picklist(['on', 'off', 'opted-out', 'unsupported']),
  count: figure,
  meanMs: figure,
  p50Ms: figure,
  p75Ms: figure,
  p95Ms: figure,
});

const group = v.picklist(['swarm', 'holdout']);

const comparison = v.object({
  groups: v.array(v.object({ group, loads: figure, bytes, offloadRatio: ratio })),
  times: v.array(
    v.object({
      group,
      visit: v.picklist(['first', 'repeat']),
      measure: v.picklist(['load', 'script', 'style', 'font', 'image', 'media', 'data', 'other']),
      count: figure,
      p25Ms: figure,
      p50Ms: figure,
      p75Ms: figure,
      p95Ms: figure,
    }),
  ),
});

const summary: v.GenericSchema<unknown, Summary> = v.object({
  site: v.string(),
  range: v.picklist(['1h', '24h', '7d', '30d']),
  from: figure,
  to: figure,
  stepMs: v.pipe(figure, v.minValue(1)),
  offloadRatio: ratio,
  bytes,
  uploadedBytes: figure,
  saved,
  visitors,
  peers,
  origin,
  series: v.array(seriesPoint),
  releases: v.array(releaseRow),
  assets: v.object({ savers: v.array(assetRow), losers: v.array(assetRow) }),
  failures: v.array(v.object({ code: v.string(), count: figure, lastSeen: figure })),
  loadTimes: v.array(loadTimes),
  comparison,
  outliers: v.object({ reports: figure, bytes: figure }),
});

const site = v.object({
  site: v.string(),
  swarmId: v.string(),
  offloadRatio: ratio,
  bytes,
  saved,
  visitors,
  peers,
});
const sites: v.GenericSchema<unknown, SitesResponse> = v.object({ sites: v.array(site) });

const tick: v.GenericSchema<unknown, LiveTick> = v.object({
  t: figure,
  site: v.string(),
  today: v.object({
    bytes,
    uploadedBytes: figure,
    offloadRatio: ratio,
    saved,
    visitors: figure,
    failures: figure,
    origin,
  }),
  visitorsNow: figure,
  peersConnected: figure,
  rates: v.object({
    httpBytesPerSecond: figure,
    swarmBytesPerSecond: figure,
    cacheBytesPerSecond: figure,
    originBytesPerSecond: figure,
  }),
});

const apiError = v.object({ error: v.string() });

/** Either the value, or what is wrong with it and where. */
export type Parsed<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string };

export function parseSummary(input: unknown): Parsed<Summary> {
  return parseWith(summary, input);
}

export function parseSites(input: unknown): Parsed<SitesResponse> {
  return parseWith(sites, input);
}

export function parseTick(input: unknown): Parsed<LiveTick> {
  return parseWith(tick, input);
}

/** The hub's own words on what went wrong; `undefined` where the body is something else (a proxy's page). */
export function parseApiError(input: unknown): string | undefined {
  const parsed = v.safeParse(apiError, input);
  return parsed.success ? parsed.output.error : undefined;
}

function parseWith<Value>(schema: v.GenericSchema<unknown, Value>, input: unknown): Parsed<Value> {
  const parsed = v.safeParse(schema, input, { abortEarly: true });
  if (parsed.success) return { ok: true, value: parsed.output };
  const issue = parsed.issues[0];
  return { ok: false, problem: `${v.getDotPath(issue) ?? 'the answer'}: ${issue.message}` };
}

/** From an untrusted body to a {@link Beacon}; anything that is not exactly one is refused. */

import * as v from 'valibot';
import { assetClasses, failureCodes, groups, type Beacon } from '../../protocol/beacon.ts';

/** No page load moves more; keeps every sum far from 2^53. */
const maxBytes = 2 ** 40;
const maxMs = 24 * 60 * 60 * 1000;

const upTo = (limit: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limit));
const milliseconds = v.pipe(
  v.number(),
  v.finite(),
  v.minValue(0),
  v.maxValue(maxMs),
  v.transform(Math.round),
);
const hexId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be 16 bytes as hex'));

const assetTally = v.strictObject({
  asset: upTo(1_000_000),
  requests: upTo(10_000),
  httpBytes: upTo(maxBytes),
  swarmBytes: upTo(maxBytes),
  cacheBytes: upTo(maxBytes),
  discardedBytes: upTo(maxBytes),
  rejectedBytes: upTo(maxBytes),
  totalMs: v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(10_000 * maxMs), v.transform(Math.round)),
});

const classMs = v.entriesFromList(assetClasses, v.exactOptional(milliseconds));

const beacon = v.strictObject({
  v: v.literal(1),
  site: v.pipe(v.string(), v.maxLength(300)),
  id: hexId,
  session: hexId,
  release: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 as hex'))),
  sequence: upTo(1_000_000),
  visit: v.picklist(['first', 'repeat']),
  swarm: v.picklist(['on', 'off', 'opted-out', 'unsupported']),
  group: v.exactOptional(v.picklist(groups)),
  peers: upTo(10_000),
  uploadedBytes: upTo(maxBytes),
  loadMs: v.exactOptional(milliseconds),
  classMs: v.exactOptional(v.strictObject(classMs)),
  assets: v.pipe(v.array(assetTally), v.maxLength(1000)),
  failures: v.pipe(
    v.array(v.strictObject({ code: v.picklist(failureCodes), count: upTo(10_000) })),
    v.maxLength(100),
  ),
});

/** The beacon, or what is wrong with it. */
export function parseBeacon(body: unknown): { readonly beacon: Beacon } | { readonly problem: string } {
  const parsed = v.safeParse(beacon, body);
  if (parsed.success) return { beacon: parsed.output };
  const [issue] = parsed.issues;
  return { problem: `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`.slice(0, 300) };
}

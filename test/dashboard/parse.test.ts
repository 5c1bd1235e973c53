import { describe, expect, it } from 'vitest';
import { parseApiError, parseSites, parseSummary, parseTick } from '../../hub/dashboard/parse.ts';
import { aPoint, anAsset, aSummary } from './fixture.ts';

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a summary', () => {
  const full = aSummary({
    origin: { assetBytes: 1, otherBytes: 2, requests: 3 },
    series: [aPoint({ http: 1, origin: 1 }), aPoint({ t: 60_000 })],
    assets: { savers: [anAsset({})], losers: [anAsset({ meanMs: null })] },
    failures: [{ code: 'a-code-of-tomorrow', count: 1, lastSeen: 5 }],
    loadTimes: [{ visit: 'first', swarm: 'opted-out', count: 1, meanMs: 1, p50Ms: 1, p75Ms: 1, p95Ms: 1 }],
  });

  it('passes unchanged', () => {
    expect(parseSummary(overTheWire(full))).toEqual({ ok: true, value: full });
  });

  it('of a newer hub passes, without what is not known', () => {
    expect(parseSummary(overTheWire({ ...full, news: 1 }))).toEqual({ ok: true, value: full });
  });

  it('that is wrong is refused, with the place', () => {
    const wrong = { ...full, saved: { ...full.saved, money: '1 €' } };
    const parsed = parseSummary(overTheWire(wrong));
    expect(parsed.ok ? '' : parsed.problem).toMatch(/^saved\.money: /);
  });

  it.each([undefined, null, 'text', [], {}, { site: 1 }])('%j is refused', (input) => {
    expect(parseSummary(input).ok).toBe(false);
  });
});

it('sites and ticks that are something else are refused', () => {
  expect(parseSites({ sites: [] })).toEqual({ ok: true, value: { sites: [] } });
  expect(parseSites({ sites: [{ site: 'x' }] }).ok).toBe(false);
  expect(parseTick({ t: 1 }).ok).toBe(false);
});

it('the reason of an error is the hub’s own, and none for a proxy’s page', () => {
  expect(parseApiError({ error: 'unknown site' })).toBe('unknown site');
  expect(parseApiError('<html>')).toBeUndefined();
});

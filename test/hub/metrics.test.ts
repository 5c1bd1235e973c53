import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { createHub, type Hub, type Summary, type SummaryRange } from '../../hub/index.ts';
import { bucketOf, quantileMs } from '../../hub/metrics/histogram.ts';
import { SqliteStore } from '../../hub/metrics/sqlite-store.ts';
import { dayMs, hourMs, minuteMs } from '../../hub/metrics/traffic.ts';
import type { Beacon } from '../../protocol/beacon.ts';
import { beaconOf, publishSite, site, tally, type PublishedSite } from './fixture.ts';

let published: PublishedSite;
let hub: Hub;
let nowMs: number;

const token = 'the token of the owner';

async function start(databasePath = ':memory:'): Promise<Hub> {
  return createHub({
    databasePath,
    dashboardToken: token,
    pricePerGB: 100,
    currency: 'USD',
    sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
    clock: () => nowMs,
  });
}

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 20, 12, 30, 15);
  published = await publishSite();
  hub = await start();
});

afterEach(async () => {
  await hub.close();
  await published.remove();
});

async function send(over: Partial<Beacon> = {}, to = hub): Promise<void> {
  const body = JSON.stringify(beaconOf(published.release, over));
  const response = await to.app.request('/beacon', { method: 'POST', body });
  expect(response.status).toBe(204);
}

const summarySchema = v.custom<Summary>(
  (value) => typeof value === 'object' && value !== null && 'series' in value,
);

async function summary(range: SummaryRange = '1h', of = hub): Promise<Summary> {
  const response = await of.app.request(`/api/summary?site=${encodeURIComponent(site)}&range=${range}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(200);
  return v.parse(summarySchema, await response.json());
}

describe('a summary', () => {
  it('adds up what pages report, and takes waste off the side of the swarm', async () => {
    await send({
      assets: [
        tally(0, { httpBytes: 4_000 }),
        tally(1, { swarmBytes: 10_000, discardedBytes: 1_000, totalMs: 30 }),
        tally(2, { cacheBytes: 16_000 }),
      ],
      uploadedBytes: 77,
    });
    await send({
      visit: 'repeat',
      loadMs: 400,
      assets: [tally(1, { swarmBytes: 6_000, rejectedBytes: 500, totalMs: 50 })],
      failures: [{ code: 'swarm-bad-bytes', count: 2 }],
    });
    const { series, releases, loadTimes, ...rest } = await summary();
    expect(rest).toMatchObject({
      offloadRatio: (16_000 - 1_000) / 20_000,
      bytes: { http: 4_000, swarm: 16_000, cache: 16_000, discarded: 1_000, rejected: 500 },
      uploadedBytes: 77,
      saved: { bytes: 15_000, money: 0.0015, currency: 'USD', pricePerGB: 100 },
      visitors: { now: 2, total: 2, first: 1, repeat: 1 },
      peers: { connected: 0 },
      origin: null,
      failures: [{ code: 'swarm-bad-bytes', count: 2, lastSeen: nowMs }],
    });
    expect(rest.assets.savers).toEqual([
      {
        path: '/app.js',
        requests: 2,
        http: 0,
        swarm: 16_000,
        cache: 0,
        discarded: 1_000,
        rejected: 500,
        meanMs: 40,
      },
    ]);
    expect(rest.assets.losers.map(({ path }) => path)).toEqual(['/app.css', '/app.js']);
    expect(releases).toMatchObject([{ sha256: published.release, bytes: { http: 4_000, swarm: 16_000 } }]);
    expect(series).toHaveLength(60);
    expect(series.at(-1)).toEqual({
      t: Date.UTC(2026, 10, 20, 12, 30),
      http: 4_000,
      swarm: 16_000,
      cache: 16_000,
      origin: null,
      visitors: 2,
    });
    expect(loadTimes.map(({ visit, swarm, count, meanMs }) => [visit, swarm, count, meanMs])).toEqual([
      ['first', 'on', 1, 800],
      ['repeat', 'on', 1, 400],
    ]);
  });

  it('counts a beacon that comes twice once, and a page load once however much it reports', async () => {
    const id = 'a'.repeat(32);
    const session = 'b'.repeat(32);
    await send({ id, session });
    await send({ id, session });
    await send({ session, sequence: 1, assets: [] });
    await send({ session: 'c'.repeat(32), sequence: 4, assets: [] });
    expect(await summary()).toMatchObject({ bytes: { swarm: 30_000 }, visitors: { now: 2, total: 1 } });
  });

  it('believes no request to have brought more than the asset', async () => {
    await send({
      assets: [tally(0, { httpBytes: 1_000_000 }), tally(1, { requests: 0, swarmBytes: 10_001 })],
    });
    expect((await summary()).bytes).toMatchObject({ http: 4_000, swarm: 10_000 });
  });

  it('shows what the origin counted beside it, assets apart from the rest', async () => {
    hub.recordOrigin({ site, path: '/app.js', bytes: 10_000, status: 200 });
    hub.recordOrigin({ site, path: '/', bytes: 300, status: 200 });
    expect(hub.recordOrigin({ site: 'https://evil.example', path: '/', bytes: 1, status: 200 })).toBe(false);
    const { origin, series } = await summary();
    expect(origin).toEqual({ assetBytes: 10_000, otherBytes: 300, requests: 2 });
    expect(series.at(-1)?.origin).toBe(10_000);
    nowMs += 2 * hourMs;
    expect((await summary()).origin).toEqual({ assetBytes: 0, otherBytes: 0, requests: 0 });
  });

  it('forgets a page two minutes after its last beacon', async () => {
    await send();
    nowMs += 2 * minuteMs + 1;
    expect((await summary()).visitors).toMatchObject({ now: 0, total: 1 });
  });

  it('looks as far back as it is asked to, in buckets that start on an edge', async () => {
    await send();
    nowMs += 30 * hourMs;
    await send();
    const swarmOf = async (range: SummaryRange): Promise<number> => (await summary(range)).bytes.swarm;
    expect([await swarmOf('1h'), await swarmOf('24h'), await swarmOf('7d'), await swarmOf('30d')]).toEqual([
      30_000, 30_000, 60_000, 60_000,
    ]);
    for (const range of ['1h', '24h', '7d', '30d'] as const) {
      const { series, bytes, from, to, stepMs, assets } = await summary(range);
      expect(series.reduce((sum, { swarm }) => sum + swarm, 0)).toBe(bytes.swarm);
      expect(assets.savers.reduce((sum, { swarm }) => sum + swarm, 0)).toBe(bytes.swarm);
      expect(series).toHaveLength((to - from) / stepMs);
      expect(series[0]?.t).toBe(from);
      expect(from % stepMs).toBe(0);
    }
  });
});

describe('the database', () => {
  it('holds everything over a restart, even what came a moment before, and still knows duplicates', async () => {
    const path = join(published.dir, 'metrics.db');
    const id = 'd'.repeat(32);
    const first = await start(path);
    await send({ id, failures: [{ code: 'worker', count: 1 }] }, first);
    first.recordOrigin({ site, path: '/app.js', bytes: 5, status: 200 });
    const before = await summary('24h', first);
    await first.close();

    const second = await start(path);
    const after = await summary('24h', second);
    expect(after).toEqual({ ...before, visitors: { ...before.visitors, now: 0 } });
    await send({ id }, second);
    expect((await summary('24h', second)).bytes.swarm).toBe(30_000);
    await second.close();
  });

  it('keeps minutes for two days, hours of assets for five weeks, and sums for ever', async () => {
    const path = join(published.dir, 'metrics.db');
    const first = await start(path);
    await send({}, first);
    await first.close();
    const store = new SqliteStore(path);
    const rows = (table: string): readonly unknown[] => {
      const reader = new DatabaseSync(path, { readOnly: true });
      const steps = reader.prepare(`SELECT DISTINCT step FROM ${table} ORDER BY step`).all();
      reader.close();
      return steps.map(({ step }) => step);
    };
    await store.prune(nowMs + 47 * hourMs);
    expect(rows('asset_traffic')).toEqual([minuteMs, hourMs, dayMs]);
    await store.prune(nowMs + 49 * hourMs);
    expect(rows('asset_traffic')).toEqual([hourMs, dayMs]);
    await store.prune(nowMs + 400 * dayMs);
    expect(rows('asset_traffic')).toEqual([dayMs]);
    expect(rows('site_traffic')).toEqual([hourMs, dayMs]);
    await store.close();
  });

  it('that cannot be written makes the hub unhealthy but loses nothing', async () => {
    const path = join(published.dir, 'metrics.db');
    const busy = await start(path);
    const other = new DatabaseSync(path);
    other.exec('ALTER TABLE site_traffic RENAME TO away');
    await send({}, busy);
    await busy.app.request('/api/sites', { headers: { authorization: `Bearer ${token}` } });
    expect((await busy.app.request('/health')).status).toBe(503);
    other.exec('ALTER TABLE away RENAME TO site_traffic');
    expect((await summary('1h', busy)).bytes.swarm).toBe(30_000);
    expect((await busy.app.request('/health')).status).toBe(200);
    other.close();
    await busy.close();
  });

  it('of a newer version is left alone, with an error that says so', async () => {
    const path = join(published.dir, 'newer.db');
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    await expect(start(path)).rejects.toMatchObject({ name: 'HubError', code: 'database' });
  });
});

describe('load times', () => {
  it('are told within eight per cent', () => {
    const samples = Array.from({ length: 1_000 }, (_, i) => 20 + i * 7);
    const counts = samples.map((ms) => ({ bucket: bucketOf(ms), count: 1 }));
    for (const q of [0.5, 0.75, 0.95]) {
      const exact = samples[Math.ceil(q * samples.length) - 1] ?? 0;
      expect(Math.abs(quantileMs(counts, q) / exact - 1)).toBeLessThan(0.08);
    }
  });
});

/** Visitors with the swarm beside those who are held out, and reports that are not believed. */

import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { createHub, type Hub, type Summary } from '../../hub/index.ts';
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

/** `from`: the address that a trusted proxy would see. */
async function send(over: Partial<Beacon> = {}, to = hub): Promise<void> {
  const body = JSON.stringify(beaconOf(published.release, over));
  const response = await to.app.request('/beacon', { method: 'POST', body });
  expect(response.status).toBe(204);
}

const summarySchema = v.custom<Summary>(
  (value) => typeof value === 'object' && value !== null && 'comparison' in value,
);

async function summary(of = hub): Promise<Summary> {
  const response = await of.app.request('/api/summary?range=1h', {
    headers: { authorization: `Bearer ${token}` },
  });
  return v.parse(summarySchema, await response.json());
}

describe('the comparison', () => {
  it('is empty where nobody is held out', async () => {
    await send({ loadMs: 800, classMs: { image: 700 } });
    expect((await summary()).comparison).toEqual({ groups: [], times: [] });
  });

  it('shows both groups beside each other: page loads, bytes, offload, and the spread of each time', async () => {
    for (let i = 0; i < 100; i++) {
      await send({ loadMs: 100 + 10 * i, classMs: { script: 50 + 5 * i, image: 2_000 } });
    }
    for (let i = 0; i < 10; i++) {
      const timed = { loadMs: 1_000, classMs: { script: 500 } };
      await send({ group: 'holdout', swarm: 'off', release: null, assets: [], ...timed });
    }
    const { comparison, bytes, visitors } = await summary();
    expect(comparison.groups).toEqual([
      {
        group: 'swarm',
        loads: 100,
        bytes: { http: 0, swarm: 3_000_000, cache: 0, discarded: 0, rejected: 0 },
        offloadRatio: 1,
      },
      {
        group: 'holdout',
        loads: 10,
        bytes: { http: 0, swarm: 0, cache: 0, discarded: 0, rejected: 0 },
        offloadRatio: null,
      },
    ]);
    expect(bytes.swarm).toBe(3_000_000);
    expect(visitors.total).toBe(110);
    const row = comparison.times.find(({ group, measure }) => group === 'swarm' && measure === 'load');
    expect(row).toMatchObject({ visit: 'first', count: 100 });
    for (const [name, exact] of [
      ['p25Ms', 340],
      ['p50Ms', 590],
      ['p75Ms', 840],
      ['p95Ms', 1_040],
    ] as const) {
      expect(Math.abs((row?.[name] ?? 0) / exact - 1)).toBeLessThan(0.08);
    }
    const held = comparison.times.filter(({ group }) => group === 'holdout');
    expect(held.map(({ measure, count }) => [measure, count])).toEqual([
      ['load', 10],
      ['script', 10],
    ]);
  });

  it('takes each time once a page load, however often it is said', async () => {
    const session = 'e'.repeat(32);
    await send({ group: 'holdout', session, loadMs: 300 });
    await send({ group: 'holdout', session, sequence: 1, loadMs: 9_000, classMs: { font: 100 }, assets: [] });
    await send({ group: 'holdout', session, sequence: 2, classMs: { font: 9_000 }, assets: [] });
    const { comparison, loadTimes } = await summary();
    expect(comparison.times.map(({ measure, count }) => [measure, count])).toEqual([
      ['font', 1],
      ['load', 1],
    ]);
    expect(Math.max(...comparison.times.map(({ p50Ms }) => p50Ms))).toBeLessThan(400);
    expect(loadTimes).toMatchObject([{ swarm: 'on', count: 1, meanMs: 300 }]);
  });

  it('holds what a hub of the version before has written', async () => {
    const path = join(published.dir, 'old.db');
    const first = await start(path);
    await send({ loadMs: 400 }, first);
    await first.close();
    const old = new DatabaseSync(path);
    old.exec(`CREATE TABLE load_time AS SELECT site, step, start, visit, swarm, bucket, count, total_ms FROM page_time;
      DROP TABLE page_time; DROP TABLE group_traffic; ALTER TABLE site_traffic DROP COLUMN outliers;
      ALTER TABLE site_traffic DROP COLUMN outlier_bytes; PRAGMA user_version = 1`);
    old.close();
    const second = await start(path);
    expect((await summary(second)).loadTimes).toMatchObject([
      { visit: 'first', swarm: 'on', count: 1, meanMs: 400 },
    ]);
    await second.close();
  });
});

describe('reports that are not believed', () => {
  it('[K7] a terabyte from peers is cut to what the release can hold; more of it is set aside, and said', async () => {
    const session = 'f'.repeat(32);
    const terabyte = { assets: [tally(2, { requests: 1, swarmBytes: 10 ** 12 })] };
    await send(terabyte);
    expect((await summary()).bytes.swarm).toBe(16_000);
    // 160,000 bytes of a release that has 30,000: the first two reports are more than one page load has.
    for (let i = 0; i < 2; i++) {
      await send({ session, sequence: i, assets: [tally(2, { requests: 10, swarmBytes: 10 ** 12 })] });
    }
    const { bytes, saved, outliers, visitors } = await summary();
    expect(bytes.swarm).toBe(16_000);
    expect(saved.bytes).toBe(16_000);
    expect(visitors.total).toBe(1);
    expect(outliers).toEqual({ reports: 2, bytes: 320_000 });
    const metrics = await hub.app.request('/metrics', { headers: { authorization: `Bearer ${token}` } });
    expect(await metrics.text()).toContain(`shoal_beacons_outlier_total{site="${site}"} 2`);
  });

  it('[K7] a page load that was caught is not believed later either', async () => {
    const session = 'a'.repeat(32);
    await send({ session, assets: [tally(2, { requests: 10, swarmBytes: 160_000 })] });
    await send({ session, sequence: 1, assets: [tally(0, { swarmBytes: 4_000 })] });
    expect((await summary()).bytes.swarm).toBe(0);
  });

  it('[K7] nobody uploads faster than a gigabit a second', async () => {
    await send({ uploadedBytes: 10 ** 12 });
    await send({ uploadedBytes: 10 ** 9 });
    expect((await summary()).uploadedBytes).toBe(10 ** 9);
  });

  it('[K7] thousands of page loads at once from one range of addresses are set aside', async () => {
    const behindProxy = await createHub({
      databasePath: ':memory:',
      dashboardToken: token,
      trustProxy: true,
      sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
      clock: () => nowMs,
    });
    const body = (): string => JSON.stringify(beaconOf(published.release));
    for (let i = 0; i < 4_000; i++) {
      const headers = { 'x-forwarded-for': `203.0.113.${i % 250}` };
      await behindProxy.app.request('/beacon', { method: 'POST', body: body(), headers });
    }
    await behindProxy.app.request('/beacon', {
      method: 'POST',
      body: body(),
      headers: { 'x-forwarded-for': '192.0.2.1' },
    });
    const { visitors, outliers } = await summary(behindProxy);
    expect(visitors.total).toBe(3_001);
    expect(outliers.reports).toBe(1_000);
    await behindProxy.close();
  });
});

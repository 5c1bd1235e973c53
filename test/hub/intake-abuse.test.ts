/** What a hostile visitor can send to the intake: to a hub that listens, over real connections. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { IncomingMessage, request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { startHub, type RunningHub, type Summary } from '../../hub/index.ts';
import type { Beacon } from '../../protocol/beacon.ts';
import { beaconOf, publishSite, site, tally, type PublishedSite } from './fixture.ts';

const evil = 'https://evil.example';

let published: PublishedSite;
let running: RunningHub;

beforeAll(async () => {
  published = await publishSite();
  running = await startHub({
    port: 0,
    databasePath: ':memory:',
    sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
  });
});
afterAll(async () => {
  await running.close();
  await published.remove();
});

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${running.url}beacon`, {
    method: 'POST',
    body,
    headers: { origin: site, 'content-type': 'text/plain;charset=UTF-8', ...headers },
  });
}

const beacon = (over: Partial<Beacon> = {}): string => JSON.stringify(beaconOf(published.release, over));

async function summary(): Promise<Summary> {
  const schema = v.custom<Summary>(
    (value) => typeof value === 'object' && value !== null && 'bytes' in value,
  );
  return v.parse(schema, await (await fetch(`${running.url}api/summary?range=1h`)).json());
}

async function rejected(reason: string): Promise<number> {
  const text = await (await fetch(`${running.url}metrics`)).text();
  const line = text
    .split('\n')
    .find((one) => one.startsWith(`shoal_beacons_rejected_total{reason="${reason}"}`));
  return Number(line?.split(' ')[1] ?? 0);
}

describe('bodies that are too large', () => {
  it('[K1] of 8 KiB and a byte are refused with 413', async () => {
    expect((await post(' '.repeat(8 * 1024))).status).toBe(400);
    expect((await post(' '.repeat(8 * 1024 + 1))).status).toBe(413);
  });

  it('[K1] that never end are answered with 413, and their connection is closed', async () => {
    const socket = connectTcp(running.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.write(
      `POST /beacon HTTP/1.1\r\nHost: hub\r\nOrigin: ${site}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    let sentBytes = 0;
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    const pump = setInterval(() => {
      if (!socket.writable) return;
      socket.write(chunk);
      sentBytes += 1024;
    }, 1);
    await closed;
    clearInterval(pump);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(sentBytes).toBeLessThan(16 * 1024 * 1024);
  });

  it('[K1] that are small only while they are compressed are never unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
    const encoded = { 'content-encoding': 'gzip' };
    expect(bomb.length).toBeLessThan(8 * 1024);
    expect((await post(Uint8Array.from(bomb), encoded)).status).toBe(400);
    expect((await post(Uint8Array.from(gzipSync(Buffer.alloc(64 * 1024 * 1024))), encoded)).status).toBe(413);
    expect((await post(Uint8Array.from(gzipSync(beacon())), encoded)).status).toBe(400);
  });
});

describe('bodies that are none', () => {
  const valid = (): Record<string, unknown> =>
    v.parse(v.record(v.string(), v.unknown()), JSON.parse(beacon()));
  /** As text, since JSON can say more than JavaScript. */
  const withField = (name: string, text: string): string =>
    JSON.stringify({ ...valid(), [name]: '@' }).replace('"@"', text);

  it('[K2] wrong types, other fields, and numbers that are none or too large: 400, and nothing is stored', async () => {
    const before = await summary();
    const numbers = [
      '-1',
      '-0.5',
      '1.5',
      '1e308',
      '1e999',
      '9007199254740992',
      '9007199254740993',
      'NaN',
      'null',
      '"1"',
      '[1]',
      '{}',
    ];
    const bodies = ['sequence', 'peers', 'uploadedBytes'].flatMap((name) =>
      numbers.map((text) => withField(name, text)),
    );
    for (const text of ['-1', '1e308', '"1"', 'null', '86400001']) bodies.push(withField('loadMs', text));
    for (const name of Object.keys(tally(0))) {
      const others = JSON.stringify([{ ...tally(0), [name]: '@' }]);
      for (const text of ['-1', '1e308', '9007199254740992', 'null', '"x"']) {
        bodies.push(withField('assets', others.replace('"@"', text)));
      }
    }
    for (const name of Object.keys(valid()).filter((field) => field !== 'loadMs')) {
      const { [name]: _, ...rest } = valid();
      bodies.push(
        JSON.stringify(rest),
        withField(name, 'true'),
        withField(name, '{"a":1}'),
        withField(name, '[0]'),
      );
    }
    bodies.push(
      JSON.stringify({ ...valid(), timestamp: 1 }),
      JSON.stringify([valid()]),
      '',
      '{"__proto__":{}}',
    );
    expect(bodies.length).toBeGreaterThan(120);
    for (const body of bodies)
      expect([body.slice(0, 300), (await post(body)).status]).toEqual([body.slice(0, 300), 400]);
    expect(await rejected('shape')).toBeGreaterThanOrEqual(bodies.length);
    const { bytes, visitors, failures, outliers } = await summary();
    expect({ bytes, visitors, failures, outliers }).toEqual({
      bytes: before.bytes,
      visitors: before.visitors,
      failures: before.failures,
      outliers: before.outliers,
    });
  });

  it('[K3] an unknown site, release or asset is counted as refused, by reason, and not stored', async () => {
    const before = {
      site: await rejected('site'),
      release: await rejected('release'),
      asset: await rejected('asset'),
    };
    const other = randomBytes(32).toString('hex');
    for (let i = 0; i < 5; i++) {
      expect((await post(beacon({ site: `https://${i}.example` }))).status).toBe(400);
      expect((await post(beacon({ release: other }))).status).toBe(400);
      expect((await post(beacon({ assets: [tally(3 + i, { swarmBytes: 1 })] }))).status).toBe(400);
    }
    expect(await rejected('site')).toBe(before.site + 5);
    expect(await rejected('release')).toBe(before.release + 5);
    expect(await rejected('asset')).toBe(before.asset + 5);
    const text = await (await fetch(`${running.url}metrics`)).text();
    expect(text).not.toContain(other);
    expect(text).not.toContain('https://0.example');
    const { releases, assets } = await summary();
    expect([...releases, ...assets.savers, ...assets.losers]).toEqual([]);
  });
});

describe('beacons of others', () => {
  it('[K8] a page of a foreign site may not post, and may read nothing of what is answered', async () => {
    for (const origin of [evil, 'null', `${site}.evil.example`, site.replace('https', 'http')]) {
      const response = await post(beacon(), { origin });
      expect(response.status).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    }
    const preflight = await fetch(`${running.url}beacon`, {
      method: 'OPTIONS',
      headers: { origin: evil, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    const own = await post(beacon(), { origin: site });
    expect(own.status).toBe(204);
    expect(own.headers.get('access-control-allow-origin')).toBe(site);
    expect(own.headers.get('access-control-allow-credentials')).toBeNull();
    expect(own.headers.get('set-cookie')).toBeNull();
  });

  it('[K8] a page that hides its origin may post to its own origin, and to no other', async () => {
    const statusOf = async (host: string, more: Record<string, string> = {}): Promise<number | undefined> => {
      // `fetch` would name the host itself.
      const asked = request(`${running.url}beacon`, {
        method: 'POST',
        headers: { origin: 'null', host, ...more },
      });
      asked.end(beacon());
      const answered = v.tuple([v.instance(IncomingMessage)]);
      const [answer] = v.parse(answered, await once(asked, 'response'));
      return answer.resume().statusCode;
    };
    const { host } = new URL(site);
    expect(await statusOf(host, { 'sec-fetch-site': 'same-origin' })).toBe(204);
    for (const relation of ['same-site', 'cross-site', 'none'])
      expect(await statusOf(host, { 'sec-fetch-site': relation })).toBe(403);
    expect(await statusOf(host)).toBe(403);
    expect(await statusOf(new URL(evil).host, { 'sec-fetch-site': 'same-origin' })).toBe(403);
  });

  it('[K6] one that is sent again, at once or later, counts once', async () => {
    const before = await summary();
    const replay = beacon({ assets: [tally(1, { swarmBytes: 10_000 })] });
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await post(replay)).status));
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect((await post(replay)).status).toBe(204);
    const after = await summary();
    expect(after.bytes.swarm - before.bytes.swarm).toBe(10_000);
    expect(after.visitors.total - before.visitors.total).toBe(1);
    expect(await (await fetch(`${running.url}metrics`)).text()).toContain('shoal_beacons_duplicate_total 20');
  });

  it("[K13] times are the hub's own: a beacon has none, and what its sender's clock says is not looked at", async () => {
    expect((await post(JSON.stringify({ ...beaconOf(published.release), at: 0 }))).status).toBe(400);
    const startedMs = Date.now();
    const failures = [{ code: 'storage', count: 1 }] as const;
    expect((await post(beacon({ failures }), { date: 'Thu, 01 Jan 1970 00:00:00 GMT' })).status).toBe(204);
    const seen = (await summary()).failures.find(({ code }) => code === 'storage')?.lastSeen ?? 0;
    expect(seen).toBeGreaterThanOrEqual(startedMs);
    expect(seen).toBeLessThanOrEqual(Date.now());
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type HubOptions, type RunningHub } from '../../hub/index.ts';
import { beaconOf, publishSite, site, type PublishedSite } from './fixture.ts';

const token = 'the token of the owner';
let published: PublishedSite;
let running: RunningHub;

async function start(more: Partial<HubOptions> = {}): Promise<RunningHub> {
  return startHub({
    port: 0,
    prefix: '/hub/',
    databasePath: ':memory:',
    dashboardDir: published.dir,
    sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
    ...more,
  });
}

beforeAll(async () => {
  published = await publishSite();
  await writeFile(join(published.dir, 'index.html'), '<!doctype html><title>figures</title>');
  await writeFile(join(published.dir, 'main.js'), 'export {};');
  running = await start({ dashboardToken: token });
});

afterAll(async () => {
  await running.close();
  await published.remove();
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${running.url}${path}`, { headers, redirect: 'manual' });

const owner = { authorization: `Bearer ${token}` };

/** A request as it comes through a proxy on this machine. */
const fromOutside = { 'x-forwarded-for': '203.0.113.7' };

describe('the dashboard and the API', () => {
  it('open to a person on this machine without a token', async () => {
    const page = await get('dashboard/');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('figures');
    expect((await get('dashboard/main.js')).headers.get('content-type')).toContain('javascript');
    expect((await get('')).headers.get('location')).toBe('/hub/dashboard/');
    expect((await get('dashboard')).headers.get('location')).toBe('/hub/dashboard/');
  });

  it('[K10] let nothing run there but their own files, and nobody frame them', async () => {
    const { headers } = await get('dashboard/');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('serve no file outside their folder', async () => {
    for (const path of [
      'dashboard/..%2f..%2fetc%2fpasswd',
      'dashboard/%2e%2e/package.json',
      'dashboard//etc/passwd',
    ]) {
      expect((await get(path)).status).toBe(404);
    }
  });

  it.each(['api/sites', 'api/summary', 'api/live', 'metrics'])(
    '[K10] stay shut to others without the token: %s',
    async (path) => {
      expect((await get(path, fromOutside)).status).toBe(401);
      expect((await get(path, { ...fromOutside, authorization: 'Bearer wrong' })).status).toBe(401);
    },
  );

  it('stay shut to this machine, too, once there is a token: a proxy can make everybody local', async () => {
    expect((await get('api/sites')).status).toBe(401);
    expect((await get('metrics')).status).toBe(401);
  });

  it('take the token as a bearer', async () => {
    const headers = { ...fromOutside, authorization: `Bearer ${token}` };
    expect((await get('api/sites', headers)).status).toBe(200);
    expect((await get('metrics', headers)).status).toBe(200);
  });

  it('[K10] exchange the token in an address for a cookie that scripts and other sites cannot use', async () => {
    const response = await get(`dashboard/?token=${encodeURIComponent(token)}`, fromOutside);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).toContain('Path=/hub/');
    expect(decodeURIComponent(cookie)).not.toContain(token);
    expect(response.headers.get('refresh')).toBe('0; url=/hub/dashboard/');
    const [pair = ''] = cookie.split(';');
    expect((await get('api/sites', { ...fromOutside, cookie: pair })).status).toBe(200);
    expect((await get('api/sites', { ...fromOutside, cookie: `${pair.slice(0, -1)}x` })).status).toBe(401);
  });

  it('[K10] are not opened by a foreign page whose name points to this machine', async () => {
    const response = await running.hub.app.request(
      'http://evil.example/api/sites',
      {},
      { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
    );
    expect(response.status).toBe(401);
  });

  it('[K10] let nobody guess: after ten wrong tokens even the right one waits', async () => {
    const guarded = await start({ dashboardToken: token, trustProxy: true });
    const ask = (bearer: string): Promise<Response> =>
      fetch(`${guarded.url}api/sites`, { headers: { ...fromOutside, authorization: `Bearer ${bearer}` } });
    for (let i = 0; i < 10; i++) expect((await ask(`wrong ${i}`)).status).toBe(401);
    expect((await ask(token)).status).toBe(401);
    await guarded.close();
  });

  it('[K10] without any token stay on this machine', async () => {
    const closed = await start();
    expect((await fetch(`${closed.url}api/sites`)).status).toBe(200);
    expect((await fetch(`${closed.url}api/sites`, { headers: fromOutside })).status).toBe(403);
    await closed.close();
  });

  it('[K10] change nothing for anybody who asks: only two routes take anything, and no cookie opens them', async () => {
    const cookie =
      ((await get(`dashboard/?token=${encodeURIComponent(token)}`)).headers.get('set-cookie') ?? '').split(
        ';',
      )[0] ?? '';
    for (const path of ['api/sites', 'api/summary', 'metrics', 'dashboard/', 'origin']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const headers = { cookie, origin: 'https://evil.example', 'content-type': 'application/json' };
        const response = await fetch(`${running.url}${path}`, { method, headers, body: '{}' });
        expect([path, method, [401, 404].includes(response.status)]).toEqual([path, method, true]);
      }
    }
    const asked = await fetch(`${running.url}api/sites`, {
      headers: { ...owner, origin: 'https://evil.example' },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('say what is wrong with a question', async () => {
    const wrong = [
      ['api/summary?site=https://evil.example', 404],
      [`api/summary?site=${site}&range=2h`, 400],
      ['api/live?site=nobody', 404],
    ] as const;
    for (const [path, status] of wrong) {
      const response = await get(path, owner);
      expect(response.status).toBe(status);
      expect(await response.json()).toHaveProperty('error');
    }
  });
});

describe('the live stream', () => {
  it('tells how it stands at once, tells again when a beacon has come, and ends with the hub', async () => {
    const own = await start();
    const response = await fetch(`${own.url}api/live?site=${site}`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = readEvents(response);
    expect(await events.next()).toMatchObject({
      value: { site, visitorsNow: 0, today: { bytes: { swarm: 0 } } },
    });
    const body = JSON.stringify(beaconOf(published.release));
    expect((await fetch(`${own.url}beacon`, { method: 'POST', body })).status).toBe(204);
    let tick: unknown;
    do tick = (await events.next()).value;
    while (JSON.stringify(tick).includes('"swarm":0'));
    expect(tick).toMatchObject({
      visitorsNow: 1,
      today: { bytes: { swarm: 30_000 }, offloadRatio: 1, visitors: 1 },
      rates: { swarmBytesPerSecond: 500 },
    });
    await own.close();
    let done = false;
    while (!done) done = (await events.next()).done === true;
    expect(done).toBe(true);
  });
});

async function* readEvents(response: Response): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let buffered = '';
  for await (const chunk of response.body ?? []) {
    buffered += decoder.decode(chunk, { stream: true });
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(buffered.slice(0, end))?.[1];
      buffered = buffered.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

describe('prometheus', () => {
  it('reads bytes by source, failures by code and refused beacons by reason', async () => {
    const beacon = beaconOf(published.release, { failures: [{ code: 'connection', count: 3 }] });
    await fetch(`${running.url}beacon`, { method: 'POST', body: JSON.stringify(beacon) });
    await fetch(`${running.url}beacon`, { method: 'POST', body: '{}' });
    const text = await (await get('metrics', owner)).text();
    for (const line of [
      `shoal_page_bytes_total{site="${site}",source="swarm"} 30000`,
      `shoal_page_requests_total{site="${site}"} 3`,
      `shoal_page_failures_total{site="${site}",code="connection"} 3`,
      'shoal_beacons_rejected_total{reason="shape"} 1',
      'shoal_tracker_connections 0',
      `shoal_tracker_peers{site="${site}"} 0`,
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain('process_cpu');
  });
});

describe('options', () => {
  it.each([
    ['a site that is no origin', { sites: [{ site: 'shop.example', swarmId: '0'.repeat(40) }] }],
    ['a swarm id that is none', { sites: [{ site, swarmId: 'x' }] }],
    ['no sites', { sites: [] }],
    ['a short token', { dashboardToken: 'short' }],
    ['a prefix without its slash', { prefix: '/hub' }],
    ['a negative price', { pricePerGB: -1 }],
  ] satisfies readonly (readonly [string, Partial<HubOptions>])[])(
    'are refused with a reason: %s',
    async (_name, more) => {
      await expect(start(more)).rejects.toMatchObject({ name: 'HubError', code: 'bad-option' });
    },
  );

  it('that name an address in use end in an error that says so', async () => {
    await expect(
      startHub({
        port: running.port,
        databasePath: ':memory:',
        sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
      }),
    ).rejects.toMatchObject({ name: 'HubError', code: 'listen' });
  });
});

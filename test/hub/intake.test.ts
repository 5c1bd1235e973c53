import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHub, type Hub } from '../../hub/index.ts';
import type { Beacon } from '../../protocol/beacon.ts';
import { beaconOf, publishSite, site, tally, type PublishedSite } from './fixture.ts';

let published: PublishedSite;
let hub: Hub;

beforeAll(async () => {
  published = await publishSite();
  hub = await createHub({
    databasePath: ':memory:',
    originToken: 'a token for shippers',
    sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
  });
});

afterAll(async () => {
  await hub.close();
  await published.remove();
});

async function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return hub.app.request('/beacon', {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const beacon = (over: Partial<Beacon> = {}): Beacon => beaconOf(published.release, over);

describe('a beacon', () => {
  it('is taken from any page of the site, without credentials', async () => {
    const response = await post(beacon(), { origin: site });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(site);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may come as JSON, which a browser asks for first', async () => {
    const asked = await hub.app.request('/beacon', {
      method: 'OPTIONS',
      headers: { origin: site, 'access-control-request-method': 'POST' },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(site);
    expect((await post(beacon(), { 'content-type': 'application/json' })).status).toBe(204);
  });

  it('may come before a release is known, if it names no assets', async () => {
    expect((await post(beacon({ release: null, assets: [] }))).status).toBe(204);
    expect((await post(beacon({ release: null }))).status).toBe(400);
  });

  it('may say which group the page belongs to, and how soon each class of assets was there', async () => {
    const timed = beacon({
      group: 'holdout',
      swarm: 'off',
      classMs: { script: 210.4, image: 900 },
      assets: [],
    });
    expect((await post(timed)).status).toBe(204);
    for (const wrong of [{ group: 'control' }, { classMs: { video: 1 } }, { classMs: { script: -1 } }]) {
      expect((await post({ ...beacon(), ...wrong })).status).toBe(400);
    }
  });

  it('of more than 8 KiB is refused with 413, also when its length is not announced', async () => {
    expect((await post(' '.repeat(8 * 1024 + 1))).status).toBe(413);
    const chunk = new TextEncoder().encode(' '.repeat(1000));
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent++;
        controller.enqueue(chunk);
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half' };
    expect((await hub.app.request('http://hub/beacon', init)).status).toBe(413);
    expect(sent).toBeLessThan(20);
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['no JSON', '{'],
    ['null', null],
    ['a list', []],
    ['another version', { ...beaconOf('a'.repeat(64)), v: 2 }],
    ['a field too many', { ...beaconOf('a'.repeat(64)), extra: 1 }],
    ['a number that is none', { ...beaconOf('a'.repeat(64)), uploadedBytes: 'NaN' }],
    ['a negative number', beaconOf('a'.repeat(64), { uploadedBytes: -1 })],
    ['half a byte', beaconOf('a'.repeat(64), { uploadedBytes: 0.5 })],
    ['an absurd number', beaconOf('a'.repeat(64), { uploadedBytes: 1e308 })],
    ['a number beyond 2^53', beaconOf('a'.repeat(64), { uploadedBytes: 2 ** 53 })],
    ['an id that is none', beaconOf('a'.repeat(64), { id: '<script>' })],
    ['an unknown failure', { ...beaconOf('a'.repeat(64)), failures: [{ code: '=cmd', count: 1 }] }],
    ['an unknown site', beaconOf('a'.repeat(64), { site: 'https://evil.example' })],
    ['an unknown release', beaconOf('a'.repeat(64))],
  ];
  it.each(wrong)('is refused with a reason: %s', async (_name, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toBe('');
  });

  it('is refused when it names an asset that the release does not have', async () => {
    expect((await post(beacon({ assets: [tally(3)] }))).status).toBe(400);
  });

  it('is refused from a page of a foreign origin', async () => {
    expect((await post(beacon(), { origin: 'https://evil.example' })).status).toBe(403);
  });

  it('is refused when one page load claims far more than the release holds', async () => {
    const session = 'f'.repeat(32);
    const claim = (): Beacon =>
      beacon({ session, assets: [tally(2, { requests: 10, swarmBytes: 160_000 })] });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await post(claim())).status);
    expect(statuses).toEqual([204, 204, 204, 400, 400]);
  });
});

describe("the origin's own counts", () => {
  const entries = [{ path: '/app.js', bytes: 10_000, status: 200 }];
  const ship = (body: unknown, headers: Record<string, string> = {}) =>
    hub.app.request('/origin', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const bearer = { authorization: 'Bearer a token for shippers' };

  it('are taken from a log shipper with the token only', async () => {
    expect((await ship({ site, entries })).status).toBe(401);
    expect((await ship({ site, entries }, { authorization: 'Bearer a token for nobody' })).status).toBe(401);
    expect((await ship({ site, entries }, bearer)).status).toBe(204);
  });

  it('are refused when they are not exactly that', async () => {
    expect((await ship({ site, entries: [{ path: 'x', bytes: 1, status: 200 }] }, bearer)).status).toBe(400);
    expect((await ship({ site: 'https://evil.example', entries }, bearer)).status).toBe(400);
    expect((await ship({ site, entries }, { ...bearer, 'content-type': 'text/plain' })).status).toBe(415);
  });
});

/** Nonsense for the hub's HTTP routes, and what they say about those who are connected. */

import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beaconOf, publishSite, site, type PublishedSite } from './fixture.ts';
import { HubProcess } from './hub-process.ts';
import { TrackerClient } from './tracker-client.ts';
import { seeded } from './tracker-pages.ts';

const marker = '<fuzz>alert(1)</fuzz>';
const address = '203.0.113.77';
const peer = 'peer-of-a-visitor';

let published: PublishedSite;
let hub: HubProcess;

beforeAll(async () => {
  published = await publishSite();
  hub = await HubProcess.start(published, { trustProxy: true, dashboardDir: published.dir });
});
afterAll(async () => {
  await hub.kill();
  await published.remove();
});

/** Sends these bytes on a connection of their own; resolves to what came back until it is quiet or closed. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTcp(Number(new URL(hub.url).port), '127.0.0.1');
    let answer = '';
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('close', done);
    socket.on('error', done);
    socket.setTimeout(400, done);
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}

/** A request as nobody should send it. */
function nonsense(random: () => number): string {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const parts = [
    'api',
    'sites',
    'summary',
    'live',
    'metrics',
    'health',
    'dashboard',
    'beacon',
    'origin',
    'announce',
    '..',
    '%2e%2e',
    '%',
    '%00',
    '%ff',
    '',
    '*',
    marker,
    encodeURIComponent(marker),
    'x'.repeat(3_000),
  ];
  const path = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(parts)).join(
    pick(['/', '//', '\\', '?site=', '&range=']),
  );
  const method = pick([
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'DELETE',
    'BREW',
    marker,
  ]);
  const headers = Array.from({ length: Math.floor(random() * 6) }, () =>
    pick([
      'Content-Length: -1',
      'Content-Length: 99999999999',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: identity, chunked',
      'Origin: null',
      `Origin: ${site}`,
      `X-Forwarded-For: ${'1.2.3.4, '.repeat(200)}`,
      'X-Forwarded-For: ::ffff:zz',
      'X-Forwarded-Proto: https',
      `Cookie: shoal-hub=${marker}`,
      'Authorization: Bearer',
      `Authorization: Bearer ${'y'.repeat(5_000)}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: x',
      'Expect: 100-continue',
      'Range: bytes=5-1',
      'If-Modified-Since: never',
      'Host: a\u0000b',
      `X: ${'z'.repeat(20_000)}`,
      ': nothing',
      'broken',
    ]),
  );
  const body = pick(['', '{', '0\r\n\r\n', 'ZZ\r\nx\r\n', marker, JSON.stringify({ site: marker })]);
  return `${method} /${path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}

describe('the HTTP routes', () => {
  it(
    '[I24] take nonsense: no crash, no error of ours, and no markup comes back',
    { timeout: 60_000 },
    async () => {
      const random = seeded(24);
      let answered = 0;
      for (let round = 0; round < 60; round++) {
        const answers = await Promise.all(Array.from({ length: 25 }, () => exchange(nonsense(random))));
        for (const answer of answers) {
          const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
          if (status !== undefined) answered++;
          expect(answer.slice(0, 200)).not.toMatch(/^HTTP\/1\.1 5(?!05)/);
          if (/content-type: text\/html/i.test(answer)) expect(answer).not.toContain(marker);
        }
      }
      for (const bytes of [
        '\u0000'.repeat(1_000),
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        'GET',
        '\u0016\u0003\u0001',
        'GET / HTTP/9.9\r\n\r\n',
      ]) {
        await exchange(bytes);
      }
      expect(answered).toBeGreaterThan(1_000);
      expect((await fetch(`${hub.url}health`)).status).toBe(200);
      expect((await hub.memory()).problems).toEqual([]);
    },
  );

  it('[I24] say how many are there, and never who: no address, no peer id', async () => {
    const client = await TrackerClient.connect(peer, {
      url: hub.url,
      infoHash: published.swarmId,
      headers: { 'x-forwarded-for': address },
    });
    client.announce({ shoal: 1 });
    await client.next();
    const headers = { origin: site, 'x-forwarded-for': address, 'user-agent': 'Somebody/1.0' };
    const beacon = beaconOf(published.release);
    expect(
      (await fetch(`${hub.url}beacon`, { method: 'POST', headers, body: JSON.stringify(beacon) })).status,
    ).toBe(204);
    const live = await fetch(`${hub.url}api/live`);
    const first = await live.body?.getReader().read();
    const said = [new TextDecoder().decode(first?.value)];
    for (const path of [
      'api/sites',
      'api/summary?range=1h',
      'metrics',
      'health',
      'dashboard/',
      'beacon',
      'stats',
      'stats.json',
    ]) {
      const response = await fetch(hub.url + path);
      said.push(JSON.stringify([...response.headers]), await response.text());
    }
    const all = said.join('\n');
    expect(all).toContain('"connected":1');
    for (const secret of [
      address,
      '127.0.0.1',
      peer,
      Buffer.from(client.peerId).toString('hex'),
      beacon.session,
      beacon.id,
      'Somebody',
    ]) {
      expect(all).not.toContain(secret);
    }
    await client.leave();
  });
});

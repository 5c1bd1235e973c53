/** Who may come in: on a hub that listens, over real sockets. */

import { describe, expect, it } from 'vitest';
import { site } from './fixture.ts';
import { hubForSuite } from './stage.ts';
import { reasonIn, type TrackerClient, type ClientOf } from './tracker-client.ts';

const seederToken = 'a token for programs that seed';
const evil = 'https://evil.example';

const stage = hubForSuite({ seederToken });
const { start, connect } = stage;

describe('who comes in', () => {
  it('[I9] a page of a foreign site, with our info_hash; or a page of ours, with an unknown one: refused', async () => {
    await expect(connect('foreign', { origin: evil })).rejects.toThrow('403');
    await expect(connect('sandboxed', { origin: 'null' })).rejects.toThrow('403');
    const rider = await connect('rider', { infoHash: '12'.repeat(20) });
    rider.announce();
    expect(reasonIn(await rider.next())).toContain('does not serve this info_hash');
    await rider.leave();
  });

  it('[I9] a page of one site of the hub may not use the swarm of another', async () => {
    const other = 'https://other.example';
    const swarmId = '34'.repeat(20);
    const source = { dir: stage.published.dir };
    const two = await start({
      sites: [
        { site, swarmId: stage.published.swarmId, source },
        { site: other, swarmId, source },
      ],
    });
    const page = await connect('page', { url: two.url, origin: other });
    page.announce();
    expect(reasonIn(await page.next())).toContain(`pages of ${other} may not use the swarm of ${site}`);
  });

  it('[I10] a program without an origin: refused, unless it has the token for seeders', async () => {
    await expect(connect('program', { origin: null })).rejects.toThrow('403');
    await expect(connect('guesser', { origin: null, token: 'a wrong token for seeders' })).rejects.toThrow(
      '403',
    );
    const seeder = await connect('seeder', {
      origin: null,
      token: seederToken,
      infoHash: stage.published.pack,
    });
    seeder.announce({ left: 0 });
    expect(await seeder.next()).toMatchObject({ complete: 1 });
    await seeder.leave();
  });

  it('[I10] a hub without such a token has no programs at all, and nobody can guess one', async () => {
    const closed = await start();
    await expect(connect('p', { url: closed.url, origin: null, token: 'undefined' })).rejects.toThrow('403');
    const guarded = await start({ seederToken });
    const guess = (token: string): Promise<TrackerClient> =>
      connect('guesser', { url: guarded.url, origin: null, token });
    for (let i = 0; i < 10; i++) await expect(guess(`wrong ${i}`)).rejects.toThrow('403');
    await expect(guess(seederToken)).rejects.toThrow('403');
  });
});

describe('addresses', () => {
  const from = (address: string): Partial<ClientOf> => ({ headers: { 'x-forwarded-for': address } });

  it('one range, /24 or /48, has its share of connections and no more; others come in all the same', async () => {
    const { url } = await start({ trustProxy: true, limits: { connectionsPerRange: 3 } });
    const open: TrackerClient[] = [];
    for (const address of ['203.0.113.1', '203.0.113.1', '203.0.113.200'])
      open.push(await connect(`v4 ${open.length}`, { url, ...from(address) }));
    await expect(connect('v4', { url, ...from('203.0.113.77') })).rejects.toThrow('429');
    for (const address of ['2001:db8:7::1', '2001:db8:7:1::1', '2001:0db8:0007:ffff::9'])
      open.push(await connect(`v6 ${open.length}`, { url, ...from(address) }));
    await expect(connect('v6', { url, ...from('2001:db8:7:2::1') })).rejects.toThrow('429');
    await connect('another /24', { url, ...from('203.0.114.1') });
    await connect('another /48', { url, ...from('2001:db8:8::1') });
  });

  it('a range gets places back when its connections end, within a rate', async () => {
    const { url } = await start({
      trustProxy: true,
      limits: { connectionsPerRange: 2, connectsPerSecond: 20 },
    });
    for (let round = 0; round < 4; round++) {
      const [one, two] = [
        await connect('1', { url, ...from('203.0.113.1') }),
        await connect('2', { url, ...from('203.0.113.2') }),
      ];
      await one.leave();
      await two.leave();
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  });

  it('[I23] X-Forwarded-For counts for nothing without a proxy that is trusted', async () => {
    const { url } = await start({ limits: { connectionsPerRange: 1 } });
    // Else two strangers could use up the share of a range that is not theirs.
    for (let i = 0; i < 4; i++) await connect(`spoof ${i}`, { url, ...from('203.0.113.1') });
    const beacon = (i: number): Promise<Response> =>
      fetch(`${url}beacon`, {
        method: 'POST',
        body: '{}',
        headers: { 'x-forwarded-for': `203.0.${i % 200}.1` },
      });
    const statuses = new Set<number>();
    for (let batch = 0; batch < 10 && !statuses.has(429); batch++) {
      const answers = await Promise.all(Array.from({ length: 150 }, (_, i) => beacon(batch * 150 + i)));
      for (const { status } of answers) statuses.add(status);
    }
    expect([...statuses]).toEqual([400, 429]);
    expect((await fetch(`${url}api/sites`, { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(
      403,
    );
  });

  it('[I23] behind a trusted proxy only what the proxy itself appended counts', async () => {
    const { url } = await start({ trustProxy: true, limits: { connectionsPerRange: 1 } });
    await connect('first', { url, ...from('198.51.100.1, 203.0.113.1') });
    await expect(connect('second', { url, ...from('192.0.2.1, 203.0.113.2') })).rejects.toThrow('429');
  });
});

import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startHub } from '../../hub/index.ts';
import { site } from './fixture.ts';
import { hubForSuite } from './stage.ts';

const stage = hubForSuite({ prefix: '/hub/' });
const { connect } = stage;

describe('the tracker on real sockets', () => {
  it('serves the packs of known releases as well as the swarm of the site', async () => {
    for (const infoHash of [stage.published.swarmId, stage.published.pack]) {
      const client = await connect('stock', { infoHash });
      client.say({ action: 'announce', event: 'started', numwant: 5, offers: [], left: null });
      expect(await client.next()).toMatchObject({ complete: 0, incomplete: 1 });
      client.socket.terminate();
    }
  });

  it('tells members at once who came, and who left when a socket dies', async () => {
    const stays = await connect('stays');
    stays.say({ action: 'announce', shoal: 1 });
    expect(await stays.next()).toMatchObject({ members: [] });
    const leaves = await connect('leaves');
    leaves.say({ action: 'announce', shoal: 1 });
    expect(await leaves.next()).toMatchObject({ members: ['stays'.padEnd(20, '.')] });
    expect(await stays.next()).toMatchObject({ action: 'members', joined: ['leaves'.padEnd(20, '.')] });
    leaves.socket.terminate();
    expect(await stays.next()).toMatchObject({ action: 'members', left: ['leaves'.padEnd(20, '.')] });
  });

  it('closes a socket that does not stop flooding it', async () => {
    const client = await connect('flood');
    for (let i = 0; i < 1_000; i++) client.socket.send('{}');
    expect(await client.closed()).toBe(1008);
  });

  it('answers an upgrade for another path with 404', async () => {
    const socket = new WebSocket(`${stage.running.url.replace('http', 'ws')}elsewhere`);
    expect(String(await once(socket, 'error'))).toContain('404');
  });

  it('says that it goes away when the hub stops', async () => {
    const { swarmId, dir } = stage.published;
    const second = await startHub({
      port: 0,
      databasePath: ':memory:',
      sites: [{ site, swarmId, source: { dir } }],
    });
    const client = await connect('stays', { url: second.url });
    const closed = client.closed();
    await second.close();
    expect(await closed).toBe(1001);
  });
});

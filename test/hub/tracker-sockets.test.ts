import { once } from 'node:events';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startHub, type RunningHub } from '../../hub/index.ts';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { publishSite, site, type PublishedSite } from './fixture.ts';

let published: PublishedSite;
let running: RunningHub;
const open: WebSocket[] = [];

beforeAll(async () => {
  published = await publishSite();
  running = await startHub({
    port: 0,
    prefix: '/hub/',
    databasePath: ':memory:',
    sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
  });
});

afterAll(async () => {
  for (const socket of open) socket.terminate();
  await running.close();
  await published.remove();
});

/** A client that speaks the protocol on a real socket. */
class Client {
  readonly socket: WebSocket;
  readonly #peerId: string;
  readonly #infoHash: string;
  readonly #received: unknown[] = [];
  #wake: () => void = () => {};

  private constructor(socket: WebSocket, peerId: string, infoHash: string) {
    this.socket = socket;
    this.#peerId = peerId;
    this.#infoHash = infoHash;
    socket.on('message', (data: Buffer) => {
      this.#received.push(JSON.parse(data.toString('utf8')));
      this.#wake();
    });
  }

  static async connect(name: string, infoHashHex: string, origin?: string): Promise<Client> {
    const url = `${running.url.replace('http', 'ws')}announce`;
    const socket = new WebSocket(url, origin === undefined ? {} : { origin });
    open.push(socket);
    const client = new Client(socket, name.padEnd(20, '.'), hexToBinary(infoHashHex));
    await once(socket, 'open');
    return client;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify({ info_hash: this.#infoHash, peer_id: this.#peerId, ...message }));
  }

  /** The next message, in order. */
  async next(): Promise<unknown> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift();
  }
}

function reasonIn(message: unknown): string {
  return v.parse(v.object({ 'failure reason': v.string() }), message)['failure reason'];
}

describe('the tracker on real sockets', () => {
  it('serves the packs of known releases as well as the swarm of the site', async () => {
    for (const infoHash of [published.swarmId, published.pack]) {
      const client = await Client.connect('stock', infoHash, site);
      client.say({ action: 'announce', event: 'started', numwant: 5, offers: [], left: null });
      expect(await client.next()).toMatchObject({ complete: 0, incomplete: 1 });
      client.socket.terminate();
    }
  });

  it('says clearly what it does not serve, and to whom', async () => {
    const client = await Client.connect('stock', '12'.repeat(20), site);
    client.say({ action: 'announce' });
    expect(reasonIn(await client.next())).toContain('does not serve this info_hash');
    const foreign = await Client.connect('foreign', published.swarmId, 'https://evil.example');
    foreign.say({ action: 'announce' });
    expect(reasonIn(await foreign.next())).toContain('evil.example');
  });

  it('tells members at once who came, and who left when a socket dies', async () => {
    const stays = await Client.connect('stays', published.swarmId, site);
    stays.say({ action: 'announce', shoal: 1 });
    expect(await stays.next()).toMatchObject({ members: [] });
    const leaves = await Client.connect('leaves', published.swarmId, site);
    leaves.say({ action: 'announce', shoal: 1 });
    expect(await leaves.next()).toMatchObject({ members: ['stays'.padEnd(20, '.')] });
    expect(await stays.next()).toMatchObject({ action: 'members', joined: ['leaves'.padEnd(20, '.')] });
    leaves.socket.terminate();
    expect(await stays.next()).toMatchObject({ action: 'members', left: ['leaves'.padEnd(20, '.')] });
  });

  it('closes a socket that sends a message of more than 64 KiB', async () => {
    const client = await Client.connect('big', published.swarmId);
    client.socket.send('x'.repeat(65 * 1024));
    expect((await once(client.socket, 'close'))[0]).toBe(1009);
  });

  it('closes a socket that does not stop flooding it', async () => {
    const client = await Client.connect('flood', published.swarmId);
    for (let i = 0; i < 1_000; i++) client.socket.send('{}');
    expect((await once(client.socket, 'close'))[0]).toBe(1008);
  });

  it('answers an upgrade for another path with 404', async () => {
    const socket = new WebSocket(`${running.url.replace('http', 'ws')}elsewhere`);
    expect(String(await once(socket, 'error'))).toContain('404');
  });

  it('says that it goes away when the hub stops', async () => {
    const second = await startHub({
      port: 0,
      databasePath: ':memory:',
      sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
    });
    const socket = new WebSocket(`${second.url.replace('http', 'ws')}announce`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await second.close();
    expect((await closed)[0]).toBe(1001);
  });
});

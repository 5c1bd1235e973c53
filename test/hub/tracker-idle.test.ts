/** Sockets that cost and give nothing: on a hub that listens, over real sockets. */

import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { defaultLimits } from '../../hub/limits.ts';
import { expectService } from './honest-pair.ts';
import { HubProcess } from './hub-process.ts';
import { frame, rawSocket } from './raw-socket.ts';
import { hubForSuite } from './stage.ts';

const stage = hubForSuite();
const { start, connect } = stage;

describe('sockets that cost and give nothing', () => {
  it('[I20] are closed when they are in no swarm for the idle time', async () => {
    await start({ limits: { idleMs: 300, pingIntervalMs: 100 } });
    const idle = await Promise.all(Array.from({ length: 50 }, (_, i) => connect(`idle ${i}`)));
    const member = await connect('member');
    member.announce();
    const codes = await Promise.all(idle.map((client) => client.closed()));
    expect(new Set(codes)).toEqual(new Set([1008]));
    expect(member.socket.readyState).toBe(WebSocket.OPEN);
    // Nonsense is no life.
    const babbler = await connect('babbler');
    const closed = babbler.closed();
    const babble = setInterval(() => babbler.socket.send('{}'), 50);
    expect(await closed).toBe(1008);
    clearInterval(babble);
    await member.leave();
  });

  it('[I20] are closed when they are in a swarm and never announce themselves again', async () => {
    await start({ limits: { idleMs: 100, silentMs: 500, pingIntervalMs: 100 } });
    const silent = await connect('silent');
    const present = await connect('present');
    silent.announce();
    present.announce();
    const again = setInterval(() => present.announce(), 200);
    expect(await silent.closed()).toBe(1008);
    clearInterval(again);
    expect(present.socket.readyState).toBe(WebSocket.OPEN);
    await present.leave();
  });

  it('[I21] are cut when they do not answer pings: after 90 seconds at the latest', async () => {
    expect(3 * defaultLimits.pingIntervalMs).toBeLessThanOrEqual(90_000);
    await start({ limits: { pingIntervalMs: 200 } });
    const dead = await connect('half open');
    dead.announce({ shoal: 1 });
    await dead.settled();
    dead.socket.pause();
    const witness = await connect('witness');
    witness.announce({ shoal: 1 });
    await witness.settled();
    const startedMs = performance.now();
    const isTold = (): boolean => witness.received.some(({ left }) => String(left) === dead.peerId);
    await expect.poll(isTold).toBe(true);
    // Two pings without an answer, seen at the third look.
    expect(performance.now() - startedMs).toBeLessThan(3 * 200 + 400);
    await dead.leave();
    await witness.leave();
  });

  it('[I21] a refused upgrade does not stay half open', async () => {
    await start();
    for (const path of ['elsewhere', 'announce?token=x']) {
      const socket = connectTcp({ port: stage.running.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.write(
        `GET /${path} HTTP/1.1\r\nHost: hub\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      socket.resume();
      await once(socket, 'end');
      // The hub has closed its side for good: what is said now is answered with a reset.
      const reset = once(socket, 'error');
      const talk = setInterval(() => socket.write('x'), 20);
      expect(String((await reset)[0])).toMatch(/ECONNRESET|EPIPE/);
      clearInterval(talk);
    }
  });

  it('[I22] are dropped when they do not read: 1 MiB at most waits for each', async () => {
    expect(defaultLimits.bufferedBytes).toBe(1024 * 1024);
    await start({ limits: { slowMs: 700 } });
    const slow = await connect('slow');
    slow.announce({ shoal: 1 });
    await slow.settled();
    slow.socket.pause();
    const text = 'x'.repeat(30_000);
    const startedMs = performance.now();
    let sent = 0;
    let isIn = true;
    // What the kernel takes for a connection of this machine is a few MiB; then the hub has to wait.
    while (isIn && performance.now() - startedMs < 10_000) {
      const sender = await connect(`sender ${sent}`);
      sender.announce({ shoal: 1 });
      for (let i = 0; i < 30; i++, sent++) sender.signal(slow, `${sent}`, { kind: 'offer', sdp: text });
      await sender.settled();
      isIn = !sender.received.some(
        ({ action, left }) => action === 'members' && String(left) === slow.peerId,
      );
      await sender.leave();
    }
    expect(isIn).toBe(false);
    await slow.leave();
    await expectService(stage.running.url, stage.published.swarmId);
  });

  it('who floods a slow reader cannot get it dropped: what is too much is not passed on', async () => {
    await start();
    const slow = await connect('slow');
    slow.announce({ shoal: 1 });
    await slow.settled();
    slow.socket.pause();
    let refused = 0;
    for (let round = 0; round < 150; round++) {
      const sender = await connect(`sender ${round}`);
      sender.announce({ shoal: 1 });
      await sender.settled();
      for (let i = 0; i < 4; i++)
        sender.signal(slow, `${round} ${i}`, { kind: 'offer', sdp: 'x'.repeat(30_000) });
      await sender.settled();
      const refusals = sender.received.filter(({ action }) => action === 'signal');
      expect(
        refusals.every(
          ({ signal, peer_id }) => peer_id === slow.peerId && JSON.stringify(signal) === '{"kind":"refuse"}',
        ),
      ).toBe(true);
      refused += refusals.length;
      await sender.leave();
    }
    expect(refused).toBeGreaterThan(100);
    slow.socket.resume();
    slow.announce({ shoal: 1 });
    await slow.nextWith({ action: 'announce' });
    expect(slow.socket.readyState).toBe(WebSocket.OPEN);
    await slow.leave();
  });

  it('pings without end, unread: the connection is closed, and nothing piles up', async () => {
    const hub = await HubProcess.start(stage.published);
    const before = await hub.memory();
    const socket = await rawSocket(Number(new URL(hub.url).port));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.pause();
    const pings = Buffer.concat(Array.from({ length: 1_000 }, () => frame(9, Buffer.alloc(125))));
    for (let i = 0; i < 200 && !socket.destroyed; i++) {
      socket.write(pings);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.resume();
    await ended;
    const after = await hub.memory();
    expect(after.problems).toEqual([]);
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(4 * 1024 * 1024);
    await hub.kill();
  });
});

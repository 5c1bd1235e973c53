/** A tracker that does what it should not, over real sockets to a real page: the page does little, and works. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { TagConfig } from '../../protocol/site-config.ts';
import {
  offerOfNobody,
  peerName,
  startHostileTracker,
  type Caller,
  type HostileTracker,
} from '../support/hostile-tracker.ts';
import { connectionCounts, countConnections } from '../support/signals.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import type { TestPack } from '../support/swarm/site.ts';
import type { SwarmVisitor } from '../support/swarm/visitor.ts';

const swarm = swarmForSuite();
const alone = { action: 'announce', interval: 120, complete: 0, incomplete: 1, members: [] };

let tracker: HostileTracker | undefined;

afterEach(async () => {
  await tracker?.close();
  tracker = undefined;
});

/** A page that counts its connections, at a tracker that answers like this. */
async function pageAt(
  onAnnounce: (caller: Caller) => void,
  settings: Partial<TagConfig> = {},
): Promise<{ page: SwarmVisitor; tracker: HostileTracker; pack: TestPack }> {
  const started = await startHostileTracker(onAnnounce);
  tracker = started;
  const pack = swarm.addPack([1024]);
  const page = await swarm.visitor();
  await countConnections(page.page);
  await page.page.reload({ waitUntil: 'load' });
  await page.start([pack], { hub: started.url, ...settings });
  return { page, tracker: started, pack };
}

function offerFrom(from: string | number, sdp = offerOfNobody()): object {
  const ids = { peer_id: peerName(from), offer_id: peerName(`o${from}`) };
  return { action: 'signal', ...ids, signal: { kind: 'offer', sdp } };
}

/** The page still answers, and tells its worker that there is nobody. */
async function expectWell({ page }: SwarmVisitor): Promise<void> {
  await page.waitForFunction(() => lab.state?.settled === true, { timeout: 10_000 });
}

describe('a tracker', () => {
  it('[I1] that wants to hear of a page all the time, or never, is told now and then', async () => {
    const intervals = [0, -1, 1e-9, 3_000_000, 1e12, 1e308, 'x', null];
    const { page, tracker: hostile } = await pageAt(
      ({ path, say }) => say({ ...alone, interval: intervals[Number(path.slice(1, -1)) || 0] }),
      { hub: null },
    );
    await page.page.evaluate(
      async (config: TagConfig, count) => {
        for (let i = 0; i < count; i++) await lab.start({ ...config, hub: `${config.hub}${i}/` }, 65_536, []);
      },
      { ...swarm.config(), hub: hostile.url },
      intervals.length,
    );
    await sleep(2_000);
    for (const index of intervals.keys()) expect(hostile.announces(`/${index}/`)).toHaveLength(1);
  });

  it('[I2] that relays 10,000 offers a second gets at most 20 connections', async () => {
    let isHungUpOn = false;
    const { page } = await pageAt(
      ({ say, socket }) => {
        say(alone);
        socket.once('close', () => (isHungUpOn = true));
        let sent = 0;
        const timer = setInterval(() => {
          for (let i = 0; i < 1_000 && socket.readyState === socket.OPEN; i++) say(offerFrom(sent++));
          if (sent >= 10_000 || socket.readyState !== socket.OPEN) clearInterval(timer);
        }, 100);
      },
      { links: 16 },
    );
    await expect.poll(() => isHungUpOn).toBe(true);
    await expect.poll(() => tracker?.open()).toBe(0);
    await sleep(1_000);
    const { made, mostOpen } = await connectionCounts(page.page);
    expect(mostOpen).toBeGreaterThan(5);
    expect(mostOpen).toBeLessThanOrEqual(20);
    expect(made).toBeLessThanOrEqual(25);
    await expectWell(page);
  });

  it('[I3] that talks nonsense is ignored, and hung up on when that goes on', async () => {
    const nonsense = ['null', '[]', '7', '"x"', '{}', '{"action":"announce"}', '{', ''];
    const { page } = await pageAt(({ say, socket }) => {
      for (const text of nonsense) socket.send(text);
      say(alone);
    });
    await expectWell(page);
    await sleep(300);
    expect(tracker?.open()).toBe(1);
    expect((await connectionCounts(page.page)).made).toBe(0);
  });

  const abuses: Readonly<Record<string, (socket: Caller['socket']) => void>> = {
    'a message of 50 MB': (socket) => socket.send('x'.repeat(50_000_000)),
    'a million keys': (socket) =>
      socket.send(`{${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":0`).join(',')}}`),
    'invalid UTF-8': (socket) => socket.send(Buffer.from([0xff, 0xfe, 0xc0]), { binary: false }),
    'binary messages': (socket) => socket.send(Buffer.alloc(100)),
    'a thousand times null': (socket) => {
      for (let i = 0; i < 1_000; i++) socket.send('null');
    },
    'a thousand announces answered': (socket) => {
      for (let i = 0; i < 1_000; i++) socket.send(JSON.stringify(alone));
    },
  };
  it.each(Object.entries(abuses))('[I3] is hung up on: %s', async (_, abuse) => {
    const { page, tracker: hostile } = await pageAt(({ say, socket }) => {
      say(alone);
      abuse(socket);
    });
    await expect.poll(() => hostile.calls.length, { timeout: 5_000 }).toBe(1);
    await expect.poll(() => hostile.open(), { timeout: 20_000 }).toBe(0);
    await expectWell(page);
    const problems = page.problems();
    expect(problems.filter((text) => !text.includes('WebSocket'))).toEqual([]);
    await swarm.dismiss(page);
  });

  it('[I4] cannot aim a page at others: candidates are filtered, and few', async () => {
    const victim = createSocket('udp4');
    let asked = 0;
    victim.on('message', () => asked++);
    victim.bind(0);
    await once(victim, 'listening');
    const { port } = victim.address();
    const own = Object.values(networkInterfaces()).flat();
    const addresses = ['127.0.0.1', ...own.flatMap((each) => (each?.family === 'IPv4' ? each.address : []))];
    const aimed = addresses.flatMap((address) => [
      `candidate:1 1 udp 2122260223 ${address} ${port} typ host`,
      `candidate:2 1 tcp 1518280447 ${address} ${port} typ host tcptype passive`,
    ]);
    const loopback = `candidate:3 1 udp 1686052607 127.0.0.1 ${port} typ srflx raddr 0.0.0.0 rport 0`;
    const far = Array.from(
      { length: 1_000 },
      (_, i) => `candidate:${i} 1 udp 1 203.0.113.${i % 250} 9 typ srflx`,
    );
    const all = [...aimed, loopback, ...far];
    const { page } = await pageAt(
      ({ say }) => {
        say(alone);
        say(offerFrom('a', offerOfNobody(all.slice(0, 100).map((text) => `a=${text}`))));
        const ids = { peer_id: peerName('a'), offer_id: peerName('oa') };
        for (const candidate of all.slice(0, 500))
          say({ action: 'signal', ...ids, signal: { kind: 'candidate', candidate, mid: '0' } });
      },
      { lan: false },
    );
    await sleep(2_000);
    const { made, descriptions, candidates } = await connectionCounts(page.page);
    expect(made).toBe(1);
    expect(descriptions.join('')).toContain('a=ice-ufrag:abcd');
    expect(descriptions.join('')).not.toContain('a=candidate');
    expect(candidates.length).toBeGreaterThan(0);
    expect(candidates.length).toBeLessThanOrEqual(20);
    for (const candidate of candidates) expect(candidate).toMatch(/ udp .* typ srflx/);
    expect(asked).toBe(0);
    victim.close();
  });

  it('[I7] that names a page itself, and others again and again, leads to one connection each', async () => {
    const callers = new Map<unknown, Caller>();
    tracker = await startHostileTracker(
      (caller, { peer_id, event }) => {
        if (event !== 'started') return;
        const others = [...callers.keys()];
        callers.set(peer_id, caller);
        const members = [peer_id, ...others, ...others, peer_id, ...others];
        caller.say({ ...alone, members });
        for (const [other, { say }] of callers) {
          for (let i = 0; i < 5; i++) say({ action: 'members', joined: [other, peer_id, peer_id], left: [] });
        }
      },
      (signal) => callers.get(signal['to_peer_id'])?.say(signal),
    );
    const pages = [await swarm.visitor(), await swarm.visitor()];
    for (const { page } of pages) {
      await countConnections(page);
      await page.reload({ waitUntil: 'load' });
    }
    for (const page of pages) await page.start([], { hub: tracker.url });
    for (const page of pages) await page.connected(1);
    await sleep(3_500);
    for (const page of pages) {
      expect((await page.report()).peers).toBe(1);
      expect((await connectionCounts(page.page)).made).toBe(1);
    }
  });

  it('[I8] that brings answers to offers that nobody made changes nothing', async () => {
    const { page } = await pageAt(({ say }) => {
      say(alone);
      const sdp = offerOfNobody().replace('actpass', 'active');
      for (let i = 0; i < 100; i++) {
        const ids = { peer_id: peerName(i), offer_id: peerName(`x${i}`) };
        say({ action: 'signal', ...ids, signal: { kind: 'answer', sdp } });
        say({ action: 'signal', ...ids, signal: { kind: 'candidate', candidate: 'candidate:1', mid: null } });
        say({ action: 'signal', ...ids, signal: { kind: 'refuse' } });
        say({ action: 'announce', ...ids, answer: { type: 'answer', sdp } });
      }
    });
    await sleep(500);
    expect((await connectionCounts(page.page)).made).toBe(0);
    expect(tracker?.open()).toBe(1);
    await expectWell(page);
  });
});

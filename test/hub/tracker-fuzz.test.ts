/**
 * Hostile members that say almost the right thing, as often as they can, on real sockets, while two honest
 * pairs go on finding each other. `npm run soak -- hub` says a million.
 */

import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { publishSite, site, type PublishedSite } from './fixture.ts';
import { HonestPair } from './honest-pair.ts';
import { HubProcess } from './hub-process.ts';
import { mutant, type Seeds } from './mutations.ts';
import { isSoak } from './soak.ts';
import { offerIdOf, peerIdOf } from './tracker-client.ts';
import { seeded } from './tracker-pages.ts';

const seed = 20_261_128;
const messages = isSoak ? 1_000_000 : 100_000;
/** What a connection may say at once. */
const perSocket = 400;
const sdp = 'v=0\r\n'.repeat(100);

let published: PublishedSite;
let hub: HubProcess;

beforeAll(async () => {
  published = await publishSite();
  hub = await HubProcess.start(published);
});
afterAll(async () => {
  await hub.kill();
  await published.remove();
});

/** One hostile member: as many mutants as it may say, then it is gone, without a word. */
async function attack(socket: number, random: () => number): Promise<void> {
  const webSocket = new WebSocket(`${hub.url.replace('http', 'ws')}announce`, {
    origin: site,
    perMessageDeflate: false,
  });
  webSocket.on('error', () => {});
  await once(webSocket, 'open');
  const seeds = seedsOf(`hostile ${socket}`);
  const gone = new Promise((resolve) => webSocket.once('close', resolve));
  webSocket.send(JSON.stringify(seeds.messages[0]));
  for (let i = 1; i < perSocket; i++) webSocket.send(mutant(seeds, random), { binary: random() < 0.1 });
  // An answer means that all of it has been read, whatever it was.
  webSocket.on('message', (data: Buffer) => data.includes('"the end"') && webSocket.terminate());
  webSocket.on('pong', () => webSocket.terminate());
  webSocket.ping();
  await gone;
}

function seedsOf(name: string): Seeds {
  const peer_id = peerIdOf(name);
  const info_hash = hexToBinary(published.swarmId);
  const offer_id = offerIdOf('o');
  const victim = peerIdOf('honest one ');
  const signal = { action: 'signal', info_hash, peer_id, to_peer_id: victim, offer_id };
  return {
    // Not the pack: its offers go to members at random, so who joins gets some of them by right.
    words: [info_hash, peer_id, victim, peerIdOf('honest two '), offer_id, 'announce'],
    messages: [
      { action: 'announce', info_hash, peer_id, shoal: 1 },
      {
        action: 'announce',
        info_hash,
        peer_id,
        event: 'started',
        numwant: 5,
        left: 7,
        offers: [{ offer_id, offer: { type: 'offer', sdp } }],
      },
      { action: 'announce', info_hash, peer_id, event: 'stopped' },
      { action: 'announce', info_hash, peer_id: victim, event: 'completed', left: 0 },
      {
        action: 'announce',
        info_hash,
        peer_id,
        to_peer_id: victim,
        offer_id,
        answer: { type: 'answer', sdp },
      },
      { ...signal, signal: { kind: 'offer', sdp } },
      { ...signal, signal: { kind: 'answer', sdp } },
      { ...signal, signal: { kind: 'candidate', candidate: 'candidate:1', mid: '0' } },
      { ...signal, signal: { kind: 'refuse' } },
      { action: 'scrape', info_hash: [info_hash] },
    ],
  };
}

describe('hostile members', () => {
  it(
    `[I11] say ${messages} mutated messages: no crash, no unhandled rejection, no memory that stays, honest pairs served throughout`,
    { timeout: isSoak ? 600_000 : 60_000 },
    async () => {
      const random = seeded(seed);
      const pairs = [
        await HonestPair.start(hub.url, published.swarmId, false),
        await HonestPair.start(hub.url, published.pack, true),
      ];
      // What is made once (compiled code, maps that have grown) is there before the first look.
      for (let socket = 0; socket < 20; socket++) await attack(socket, random);
      const before = await hub.memory();
      const startedMs = performance.now();
      const sockets = messages / perSocket;
      for (let socket = 0; socket < sockets; socket += 10) {
        await Promise.all(Array.from({ length: 10 }, (_, i) => attack(socket + i, random)));
      }
      const seconds = (performance.now() - startedMs) / 1000;
      for (const pair of pairs) await pair.stop();
      const read = await hub.metric('shoal_tracker_messages_total');
      await expect.poll(() => hub.metric('shoal_tracker_connections')).toBe(0);
      const after = await hub.memory();
      const kept = after.heapUsed + after.external - before.heapUsed - before.external;
      const waits = pairs.flatMap(({ waitsMs }) => waitsMs).toSorted((a, b) => a - b);
      console.log(
        `seed ${seed}: ${messages} messages in ${seconds.toFixed(1)} s, ${read} of them read; heap ${before.heapUsed} before, ` +
          `${after.heapUsed} after (${kept} more with buffers); ${waits.length} honest calls, median ` +
          `${waits[Math.floor(waits.length / 2)]?.toFixed(1)} ms, longest ${waits.at(-1)?.toFixed(1)} ms`,
      );
      expect(hub.isAlive).toBe(true);
      expect(after.problems).toEqual([]);
      // The rest was over the limits of its connection, which the hub does not look at.
      expect(read).toBeGreaterThan(0.95 * messages);
      expect(kept).toBeLessThan(2 * 1024 * 1024);
      for (const { waitsMs } of pairs) expect(waitsMs.length).toBeGreaterThan(2);
      expect(waits.at(-1)).toBeLessThan(5_000);
    },
  );
});

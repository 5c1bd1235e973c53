/** What members may say to each other through the tracker: on a hub that listens, over real sockets. */

import { describe, expect, it } from 'vitest';
import { hubForSuite } from './stage.ts';
import { offerIdOf, type TrackerClient } from './tracker-client.ts';

const sdp = 'v=0';

const stage = hubForSuite({});
const { connect } = stage;

/** Sum of a metric of the tracker with this label. */
async function counted(metric: string, label: string): Promise<number> {
  const text = await (await fetch(`${stage.running.url}metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${metric}{${label}}`))
      ?.split(' ')[1],
  );
}

describe('what members say to each other', () => {
  it('[I17] 5,000 answers to offers that nobody made: none arrives, as announce or as signal', async () => {
    const victim = await connect('victim17');
    victim.announce({ shoal: 1 });
    await victim.settled();
    const [relayedBefore, droppedBefore] = [
      await counted('shoal_tracker_relayed_total', 'kind="answer"'),
      await counted('shoal_tracker_dropped_total', 'kind="answer"'),
    ];
    const answer = { type: 'answer', sdp };
    for (let socket = 0; socket < 25; socket++) {
      const injector = await connect(`injector ${socket}`);
      injector.announce({ shoal: 1 });
      for (let i = 0; i < 100; i++) {
        injector.say({
          action: 'announce',
          to_peer_id: victim.peerId,
          offer_id: offerIdOf(`${socket} ${i}`),
          answer,
        });
        injector.signal(victim, `${socket} ${i}`, { kind: 'answer', sdp });
      }
      await injector.settled();
      await injector.leave();
    }
    await victim.settled();
    expect(
      victim.received.filter(({ action, answer: given }) => action === 'signal' || given !== undefined),
    ).toEqual([]);
    expect(await counted('shoal_tracker_relayed_total', 'kind="answer"')).toBe(relayedBefore);
    expect(await counted('shoal_tracker_dropped_total', 'kind="answer"')).toBe(droppedBefore + 2_500);
    await victim.leave();
  });

  it('[I17] an answer goes through once, and candidates only between the two whom an offer concerns', async () => {
    const [caller, callee, stranger] = [
      await connect('caller'),
      await connect('callee'),
      await connect('stranger'),
    ];
    for (const client of [caller, callee, stranger]) {
      client.announce({ shoal: 1 });
      await client.settled();
    }
    const candidate = { kind: 'candidate', candidate: 'candidate:1', mid: '0' };
    stranger.signal(callee, 'call', candidate);
    await stranger.settled();
    caller.signal(callee, 'call', { kind: 'offer', sdp });
    caller.signal(callee, 'call', candidate);
    stranger.signal(caller, 'call', { kind: 'answer', sdp: 'v=1' });
    stranger.signal(caller, 'call', { kind: 'refuse' });
    await stranger.settled();
    callee.signal(caller, 'call', { kind: 'answer', sdp });
    callee.signal(caller, 'call', { kind: 'answer', sdp: 'v=2' });
    callee.signal(caller, 'call', candidate);
    await callee.settled();
    await caller.settled();
    const kindsAt = (client: TrackerClient): unknown[] =>
      client.received
        .filter(({ action }) => action === 'signal')
        .map(({ signal, peer_id }) => [peer_id, signal]);
    expect(kindsAt(callee)).toEqual([
      [caller.peerId, { kind: 'offer', sdp }],
      [caller.peerId, candidate],
    ]);
    expect(kindsAt(caller)).toEqual([
      [callee.peerId, { kind: 'answer', sdp }],
      [callee.peerId, candidate],
    ]);
    for (const client of [caller, callee, stranger]) await client.leave();
  });

  it('[I18] a burst of 5,000 offers: 10 for an announce, and one announce a second', async () => {
    const others: TrackerClient[] = [];
    for (let i = 0; i < 15; i++) {
      const other = await connect(`other18 ${i}`);
      other.announce();
      await other.settled();
      others.push(other);
    }
    const before = await counted('shoal_tracker_relayed_total', 'kind="offer"');
    const flooder = await connect('flooder');
    const startedMs = performance.now();
    for (let announce = 0; announce < 50; announce++) {
      const offers = Array.from({ length: 100 }, (_, i) => ({
        offer_id: offerIdOf(`${announce} ${i}`),
        offer: { type: 'offer', sdp },
      }));
      flooder.announce({ numwant: 100, offers });
    }
    await flooder.settled();
    const seconds = (performance.now() - startedMs) / 1000;
    const relayed = (await counted('shoal_tracker_relayed_total', 'kind="offer"')) - before;
    // Three announces at once are allowed: a page starts, completes and updates.
    expect(relayed).toBeGreaterThanOrEqual(10);
    expect(relayed).toBeLessThanOrEqual(10 * (3 + Math.ceil(seconds)));
    for (const client of [...others, flooder]) await client.leave();
  });
});

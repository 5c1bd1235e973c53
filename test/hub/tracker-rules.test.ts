/** What the tracker lets a client do: on a hub that listens, over real sockets. */

import { describe, expect, it } from 'vitest';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { hubForSuite } from './stage.ts';
import { peerIdOf, reasonIn } from './tracker-client.ts';

const sdp = 'v=0';

const stage = hubForSuite({});
const { start, connect } = stage;

describe('a peer id', () => {
  it('[I12] is not stopped by another connection', async () => {
    const owner = await connect('owner12');
    owner.announce({ shoal: 1 });
    await owner.settled();
    const forger = await connect('forger12');
    forger.announce({ shoal: 1 });
    forger.say({ action: 'announce', event: 'stopped', peer_id: owner.peerId });
    await forger.settled();
    forger.signal(owner, 'after the stop', { kind: 'offer', sdp });
    expect(await owner.nextWith({ action: 'signal' })).toMatchObject({ peer_id: forger.peerId });
    await owner.leave();
    await forger.leave();
  });

  it('[I13] belongs to its connection: announced over another it stays where it is', async () => {
    const owner = await connect('owner13');
    owner.announce({ shoal: 1 });
    await owner.settled();
    const thief = await connect('owner13');
    thief.announce({ shoal: 1 });
    expect(reasonIn(await thief.next())).toContain('belongs to another connection');
    const friend = await connect('friend13');
    friend.announce({ shoal: 1 });
    await friend.settled();
    friend.signal(owner, 'for the owner', { kind: 'offer', sdp });
    expect(await owner.nextWith({ action: 'signal' })).toMatchObject({ peer_id: friend.peerId });
    expect(thief.received.filter(({ action }) => action === 'signal')).toEqual([]);
    for (const client of [owner, thief, friend]) await client.leave();
  });

  it('[I13] is taken over by a new connection of its peer only once the old one is found dead', async () => {
    const { url } = await start({ limits: { probeMs: 200 } });
    const before = await connect('moves', { url });
    before.announce({ shoal: 1 });
    await before.settled();
    before.socket.pause();
    const after = await connect('moves', { url });
    after.announce({ shoal: 1 });
    expect(reasonIn(await after.next())).toContain('belongs to another connection');
    expect(await after.next()).toMatchObject({ action: 'announce', members: [] });
  });

  it('[I14] 1,500 of them on one socket are one member of a swarm, and no member once that is a flood', async () => {
    const witness = await connect('witness14');
    const many = await connect('many 0');
    const announce = (from: number, to: number): void => {
      for (let i = from; i < to; i++) many.say({ action: 'announce', peer_id: peerIdOf(`many ${i}`) });
    };
    announce(0, 390);
    await many.settled();
    expect(many.received[0]).toMatchObject({ complete: 0, incomplete: 1 });
    expect(many.received.filter((message) => 'failure reason' in message)).toHaveLength(389);
    witness.announce();
    expect(await witness.next()).toMatchObject({ incomplete: 2 });
    const closed = many.closed();
    announce(390, 1_500);
    expect(await closed).toBe(1008);
    witness.announce();
    expect(await witness.next()).toMatchObject({ incomplete: 1 });
    await witness.leave();
  });
});

describe('swarms', () => {
  it('[I15] 20,000 infohashes make no swarm, and nothing is left when their sockets close', async () => {
    for (let socket = 0; socket < 50; socket++) {
      const client = await connect(`many hashes ${socket}`);
      for (let i = 0; i < 400; i++) {
        const infoHash = hexToBinary((socket * 400 + i).toString(16).padStart(40, '7'));
        client.say({ action: 'announce', info_hash: infoHash });
      }
      while (client.received.length < 400) await client.next();
      expect(client.received.every((message) => 'failure reason' in message)).toBe(true);
      await client.leave();
    }
    await expect
      .poll(async () => (await fetch(`${stage.running.url}metrics`)).text())
      .toContain('shoal_tracker_swarms 0');
  });

  it('[I15] those that are served are gone with their last member', async () => {
    const client = await connect('two swarms');
    client.announce();
    client.announce({ info_hash: hexToBinary(stage.published.pack) });
    await client.settled();
    expect(await (await fetch(`${stage.running.url}metrics`)).text()).toContain('shoal_tracker_swarms 2');
    await client.leave();
    await expect
      .poll(async () => (await fetch(`${stage.running.url}metrics`)).text())
      .toContain('shoal_tracker_swarms 0');
  });

  it('[I19] are scraped by name, at most 64, and never all at once', async () => {
    const client = await connect('scraper');
    const infoHash = hexToBinary(stage.published.swarmId);
    for (const asked of [
      undefined,
      null,
      [],
      Array.from({ length: 65 }, () => infoHash),
      '*',
      hexToBinary('56'.repeat(20)),
    ]) {
      client.say({ action: 'scrape', info_hash: asked });
      expect(await client.next()).toHaveProperty('failure reason');
    }
    client.say({ action: 'scrape', info_hash: Array.from({ length: 64 }, () => infoHash) });
    expect(await client.next()).toMatchObject({ files: { [infoHash]: { incomplete: 0 } } });
    await client.leave();
  });
});

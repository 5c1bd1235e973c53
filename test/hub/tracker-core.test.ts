import { describe, expect, it } from 'vitest';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { infoHash, infoHashHex, listIn, offer, Page, tracker } from './tracker-pages.ts';

const answer = { type: 'answer', sdp: 'v=0' };

describe('announcing', () => {
  it('tells a stock client how many are there and relays its offers to others, one each', () => {
    const core = tracker();
    const others = Array.from({ length: 3 }, (_, i) => new Page(core, `other${i}`));
    for (const other of others) other.announce({ event: 'started', left: 0 });
    const page = new Page(core, 'page');
    const offers = Array.from({ length: 5 }, (_, i) => ({ offer_id: `offer${i}`.padEnd(20, '.'), offer }));
    page.announce({ event: 'started', left: 100, numwant: 5, offers });

    expect(page.last()).toEqual({
      action: 'announce',
      info_hash: infoHash,
      interval: 120,
      complete: 3,
      incomplete: 1,
    });
    const relayed = others.map((other) => other.last());
    expect(relayed.every((message) => message['peer_id'] === page.peerId)).toBe(true);
    expect(new Set(relayed.map((message) => message['offer_id'])).size).toBe(3);
  });

  it('names the other members to a page that can signal, and never the page itself', () => {
    const core = tracker();
    const pages = Array.from({ length: 80 }, (_, i) => new Page(core, `page${i}`));
    for (const page of pages) page.announce({ shoal: 1 });
    const members = listIn(pages[79]?.last() ?? {}, 'members');
    expect(members).toHaveLength(50);
    expect(new Set(members).size).toBe(50);
    expect(members).not.toContain(pages[79]?.peerId);
  });

  it('does not name stock clients as members, since they cannot signal', () => {
    const core = tracker();
    new Page(core, 'stock').announce();
    const page = new Page(core, 'page');
    page.announce({ shoal: 1 });
    expect(page.last()).toMatchObject({ members: [], incomplete: 2 });
  });

  it('refuses an infohash that is not served, and a page of a foreign origin', () => {
    const core = tracker();
    const page = new Page(core, 'page');
    page.announce({ info_hash: hexToBinary('cd'.repeat(20)) });
    expect(page.last()['failure reason']).toBe('not served');
    const foreign = new Page(core, 'foreign', 'https://evil.example');
    foreign.announce();
    expect(foreign.last()['failure reason']).toBe('foreign origin');
    expect(core.swarmCount).toBe(0);
  });

  it('ignores a peer id that belongs to another connection, and asks whether that one still lives', () => {
    const core = tracker();
    const owner = new Page(core, 'same');
    owner.announce();
    const thief = new Page(core, 'same');
    thief.announce();
    expect(thief.last()['failure reason']).toContain('belongs to another connection');
    thief.announce({ event: 'stopped' });
    expect(core.peersIn(infoHashHex)).toBe(1);
    expect(owner.probed).toBe(1);
  });

  it('lets a peer take its own place over a new connection once the old one is dead', () => {
    const core = tracker();
    const witness = new Page(core, 'witness');
    witness.announce({ shoal: 1 });
    const before = new Page(core, 'same');
    before.announce({ shoal: 1 });
    const after = new Page(core, 'same');
    after.announce({ shoal: 1 });
    core.flush();
    before.leave();
    expect(after.last()).toMatchObject({ members: [witness.peerId] });
    core.flush();
    expect(witness.last()).toMatchObject({ left: [after.peerId], joined: [after.peerId] });
    expect(core.peersIn(infoHashHex)).toBe(2);
  });

  it('allows a connection one peer in a swarm, and rations its announces', () => {
    const core = tracker();
    const page = new Page(core, 'page');
    page.announce();
    page.announce({ peer_id: 'x'.repeat(20) });
    expect(page.last()['failure reason']).toContain('another peer');
    for (let i = 0; i < 300; i++) page.announce();
    expect(page.last()['failure reason']).toBe('too many announces');
    page.announce({ event: 'stopped' });
    expect(core.peersIn(infoHashHex)).toBe(0);
  });
});

describe('relaying', () => {
  function pair(clock = () => 0): { asker: Page; answerer: Page } {
    const core = tracker({ clock });
    const answerer = new Page(core, 'answerer');
    answerer.announce();
    const asker = new Page(core, 'asker');
    asker.announce({ offers: [{ offer_id: 'o'.repeat(20), offer }], numwant: 1 });
    return { asker, answerer };
  }
  const reply = (to: Page): object => ({
    action: 'announce',
    to_peer_id: to.peerId,
    offer_id: 'o'.repeat(20),
    answer,
  });

  it('routes an answer back once, to the one who offered', () => {
    const { asker, answerer } = pair();
    answerer.say(reply(asker));
    expect(asker.last()).toMatchObject({ peer_id: answerer.peerId, offer_id: 'o'.repeat(20), answer });
    const count = asker.received.length;
    answerer.say(reply(asker));
    expect(asker.received).toHaveLength(count);
  });

  it('drops answers that nobody asked this peer for, and answers that come too late', () => {
    let nowMs = 0;
    const { asker, answerer } = pair(() => nowMs);
    const count = asker.received.length;
    answerer.say({ ...reply(asker), offer_id: 'z'.repeat(20) });
    asker.say(reply(answerer));
    nowMs = 61_000;
    answerer.say(reply(asker));
    expect(asker.received).toHaveLength(count);
  });

  it('relays signals under the true sender, and tells the sender when the other has left', () => {
    const core = tracker();
    const [a, b] = [new Page(core, 'a'), new Page(core, 'b')];
    a.announce({ shoal: 1 });
    b.announce({ shoal: 1 });
    const signal = { kind: 'offer', sdp: 'v=0' };
    const message = { action: 'signal', to_peer_id: b.peerId, offer_id: 'o'.repeat(20), signal };
    a.say({ ...message, peer_id: 'forged'.padEnd(20, '.') });
    expect(b.last()).toMatchObject({ action: 'signal', peer_id: a.peerId, signal });
    b.leave();
    a.say(message);
    expect(a.last()).toEqual({ action: 'members', info_hash: infoHash, joined: [], left: [b.peerId] });
  });

  it('does not signal for a page that has not announced itself', () => {
    const core = tracker();
    const [a, b] = [new Page(core, 'a'), new Page(core, 'b')];
    b.announce({ shoal: 1 });
    a.say({ action: 'signal', to_peer_id: b.peerId, offer_id: 'o'.repeat(20), signal: { kind: 'refuse' } });
    expect(a.last()['failure reason']).toBe('announce first');
  });
});

describe('scraping', () => {
  it('counts served swarms, and refuses other hashes, none and more than 64', () => {
    const core = tracker();
    new Page(core, 'a').announce({ left: 0, event: 'completed' });
    const page = new Page(core, 'b');
    page.say({ action: 'scrape' });
    expect(page.last()).toEqual({
      action: 'scrape',
      files: { [infoHash]: { complete: 1, incomplete: 0, downloaded: 1 } },
    });
    for (const asked of [
      undefined,
      hexToBinary('cd'.repeat(20)),
      Array.from({ length: 65 }, () => infoHash),
    ]) {
      page.say({ action: 'scrape', info_hash: asked });
      expect(page.last()).toHaveProperty('failure reason');
    }
  });
});

describe('nonsense', () => {
  it('is answered with a reason and never throws', () => {
    const core = tracker();
    const page = new Page(core, 'page');
    const texts = [
      '',
      'null',
      '[]',
      '7',
      '"x"',
      '{}',
      '{"action":1}',
      '{"action":"announce"}',
      '{"__proto__":{}}',
    ];
    for (const text of texts) {
      core.receive(page, text);
      expect(page.last()).toHaveProperty('failure reason');
    }
    const valid = { action: 'announce', info_hash: infoHash, peer_id: page.peerId, numwant: 1, left: 1 };
    const values = [null, [], {}, 'ü€', -1, 1e308, true, ['x'], [null], { offer: null }, 'x'.repeat(40)];
    const fields = [
      'info_hash',
      'peer_id',
      'event',
      'numwant',
      'left',
      'offers',
      'shoal',
      'answer',
      'to_peer_id',
    ];
    for (const field of fields) {
      for (const value of values) core.receive(page, JSON.stringify({ ...valid, [field]: value }));
    }
    expect(core.peersIn(infoHashHex)).toBeLessThanOrEqual(1);
  });
});

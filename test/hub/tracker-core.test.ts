import { describe, expect, it } from 'vitest';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { TrackerCore } from '../../hub/tracker/core.ts';
import type { TrackerConnection } from '../../hub/tracker/member.ts';

const infoHashHex = 'ab'.repeat(20);
const infoHash = hexToBinary(infoHashHex);
const offer = { type: 'offer', sdp: 'v=0' };
const answer = { type: 'answer', sdp: 'v=0' };

type Received = Readonly<Record<string, unknown>>;

/** Deterministic chance (mulberry32), so that a failure repeats. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Page implements TrackerConnection {
  readonly origin: string | null;
  readonly peerId: string;
  readonly received: Received[] = [];
  /** Who this page believes to be there. */
  readonly known = new Set<string>();
  probed = 0;
  readonly #core: TrackerCore;

  constructor(core: TrackerCore, name: string, origin: string | null = null) {
    this.#core = core;
    this.peerId = name.padEnd(20, '.').slice(0, 20);
    this.origin = origin;
  }

  send(text: string): void {
    const message: Received = JSON.parse(text);
    this.received.push(message);
    for (const kind of ['members', 'joined']) for (const id of listIn(message, kind)) this.known.add(id);
    for (const id of listIn(message, 'left')) this.known.delete(id);
  }

  probe(): void {
    this.probed++;
  }

  say(message: object): void {
    this.#core.receive(this, JSON.stringify({ info_hash: infoHash, peer_id: this.peerId, ...message }));
  }

  announce(more: object = {}): void {
    this.say({ action: 'announce', ...more });
  }

  leave(): void {
    this.#core.disconnect(this);
  }

  last(): Received {
    return this.received.at(-1) ?? {};
  }
}

function listIn(message: Received, key: string): string[] {
  const list = message[key];
  return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
}

function tracker({ seed = 1, clock = () => 0 }: { seed?: number; clock?: () => number } = {}): TrackerCore {
  return new TrackerCore({
    refusal: (hash, origin) => {
      if (hash !== infoHashHex) return 'not served';
      return origin === null || origin === 'https://shop.example' ? undefined : 'foreign origin';
    },
    clock,
    random: seeded(seed),
  });
}

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
    const signal = { kind: 'candidate', candidate: 'candidate:1', mid: '0' };
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

describe('a crowd that comes and goes', () => {
  it('is told exactly who is there, as long as it is small', () => {
    const random = seeded(7);
    const core = tracker({ seed: 8 });
    const present: Page[] = [];
    for (let step = 0; step < 2_000; step++) {
      if (present.length < 150 && (present.length === 0 || random() < 0.55)) {
        const page = new Page(core, `p${step}`);
        present.push(page);
        page.announce({ shoal: 1 });
      } else {
        const [gone] = present.splice(Math.floor(random() * present.length), 1);
        if (random() < 0.5) gone?.announce({ event: 'stopped' });
        gone?.leave();
      }
      if (random() < 0.2) core.flush();
    }
    core.flush();
    expect(core.peersIn(infoHashHex)).toBe(present.length);
    const ids = new Set(present.map(({ peerId }) => peerId));
    for (const page of present) {
      expect([...page.known].filter((id) => !ids.has(id))).toEqual([]);
      // Who came before is named up to 50; everybody who came later is.
      const later = present.slice(present.indexOf(page) + 1).map(({ peerId }) => peerId);
      expect(later.filter((id) => !page.known.has(id))).toEqual([]);
      expect(page.known.has(page.peerId)).toBe(false);
    }
    for (const page of present) page.leave();
    core.flush();
    expect(core.swarmCount).toBe(0);
  });

  it('of thousands costs each change at most 50 messages', () => {
    const core = tracker({ seed: 3 });
    const pages = Array.from({ length: 3_000 }, (_, i) => new Page(core, `p${i}`));
    for (const page of pages) page.announce({ shoal: 1 });
    core.flush();
    const before = core.counts.memberMessages;
    for (const page of pages.slice(0, 20)) page.leave();
    core.flush();
    const messages = core.counts.memberMessages - before;
    expect(messages).toBeGreaterThan(500);
    expect(messages).toBeLessThanOrEqual(20 * 50);
  });

  it('spreads offers evenly over its members', () => {
    const core = tracker({ seed: 5 });
    const pages = Array.from({ length: 20 }, (_, i) => new Page(core, `p${i}`));
    for (const page of pages) page.announce();
    const asker = new Page(core, 'asker');
    let nowOffers = 0;
    for (let i = 0; i < 100; i++) {
      const offers = Array.from({ length: 10 }, () => ({
        offer_id: String(nowOffers++).padEnd(20, '.'),
        offer,
      }));
      asker.announce({ offers });
    }
    const counts = pages.map(
      ({ received }) => received.filter((message) => message['offer'] !== undefined).length,
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_000);
    // 50 each are expected; a fair draw stays within these bounds with a probability beyond 1 - 1e-6.
    expect(Math.min(...counts)).toBeGreaterThan(20);
    expect(Math.max(...counts)).toBeLessThan(80);
  });
});

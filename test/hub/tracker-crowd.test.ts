import { describe, expect, it } from 'vitest';
import { infoHashHex, offer, Page, seeded, tracker } from './tracker-pages.ts';

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
    let nowMs = 0;
    const core = tracker({ seed: 5, clock: () => nowMs });
    const pages = Array.from({ length: 20 }, (_, i) => new Page(core, `p${i}`));
    for (const page of pages) page.announce();
    const asker = new Page(core, 'asker');
    let nowOffers = 0;
    for (let i = 0; i < 100; i++) {
      const offers = Array.from({ length: 10 }, () => ({
        offer_id: String(nowOffers++).padEnd(20, '.'),
        offer,
      }));
      // Those before are given up by now.
      nowMs += 61_000;
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

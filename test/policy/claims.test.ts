import { describe, expect, it } from 'vitest';
import {
  claimersLimit,
  forgetClaims,
  hearClaims,
  isAlone,
  knownClaims,
  startClaims,
  type ClaimsState,
} from '../../policy/claims-heard.ts';
import { isStillOurs, takeTurn, type ClaimsView } from '../../policy/claims.ts';
import type { Claim, PieceRun } from '../../protocol/peer-messages.ts';

const everything: readonly PieceRun[] = [[0, 39]];

function peer(index: number): string {
  return index.toString(16).padStart(8, '7').repeat(5);
}

function claim(by: number, parts: Partial<Claim> = {}): Claim {
  return { by: peer(by), seq: 1, ageMs: 0, wants: everything, flying: [], done: [], ...parts };
}

function view(parts: Partial<ClaimsView> = {}): ClaimsView {
  return {
    wanted: Array.from({ length: 40 }, (_, piece) => piece),
    flying: new Set(),
    isBusy: false,
    isHeld: () => false,
    progressMs: 0,
    notBeforeMs: -1_000,
    room: Infinity,
    group: 4,
    ...parts,
  };
}

function knowing(self: number, others: readonly Claim[], nowMs = 0): ClaimsState {
  return hearClaims(startClaims(peer(self)), others, nowMs).state;
}

describe('who asks the origin', () => {
  it('is the page itself for everything when nobody else wants the pack', () => {
    expect(takeTurn(startClaims(peer(0)), view(), 0).fetch).toHaveLength(40);
    expect(isAlone(startClaims(peer(0)), 0)).toBe(true);
    expect(isAlone(knowing(0, [claim(1, { wants: [] })]), 0)).toBe(true);
    expect(isAlone(knowing(0, [claim(1)]), 0)).toBe(false);
  });

  it('is exactly one of those who want the piece, whole groups together', () => {
    const members = [0, 1, 2, 3, 4];
    const turns = members.map((self) => {
      const others = members.filter((index) => index !== self).map((index) => claim(index));
      return takeTurn(knowing(self, others), view(), 0).fetch;
    });
    const all = turns.flat().sort((a, b) => a - b);
    expect(all).toEqual(view().wanted);
    for (const fetch of turns) {
      for (const piece of fetch) expect(fetch).toContain(piece - (piece % 4));
    }
  });

  it('is nobody who does not want the piece', () => {
    const others = [1, 2, 3].map((index) => claim(index, { wants: [[0, 19]] }));
    const { fetch } = takeTurn(knowing(0, others), view(), 0);
    expect(fetch.filter((piece) => piece >= 20)).toHaveLength(20);
  });

  it('is nobody for what a neighbour has, what is on its way, and what somebody has just fetched', () => {
    const state = knowing(0, [claim(1, { wants: [[39, 39]], flying: [[0, 9]], done: [[10, 19]] })]);
    const { fetch } = takeTurn(state, view({ isHeld: (piece) => piece >= 30 }), 0);
    expect(fetch).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  });

  it('is never more than there is room for, and nobody before there was time to listen', () => {
    expect(takeTurn(startClaims(peer(0)), view({ room: 3 }), 0).fetch).toEqual([0, 1, 2]);
    expect(takeTurn(startClaims(peer(0)), view({ notBeforeMs: 60 }), 59)).toMatchObject({
      fetch: [],
      wakeMs: 60,
    });
  });

  it('is the next in rank when the first does not take its turn', () => {
    const others = [1, 2, 3].map((index) => claim(index));
    let state = knowing(0, others);
    const first = takeTurn(state, view(), 0);
    state = first.state;
    let seq = 1;
    // The others keep saying that they want it, and never fetch.
    for (let nowMs = 1_000; nowMs <= 12_000; nowMs += 1_000) {
      seq++;
      state = hearClaims(
        state,
        others.map((one) => ({ ...one, seq })),
        nowMs,
      ).state;
      state = takeTurn(state, view({ isBusy: true, progressMs: nowMs }), nowMs).state;
    }
    const last = takeTurn(state, view({ isBusy: true, progressMs: 12_000 }), 12_000);
    expect(first.fetch.length).toBeLessThan(40);
    expect(last.fetch).toHaveLength(40);
  });

  it('is the page itself, for a piece for which it ranks first, when nothing at all comes', () => {
    const state = knowing(0, [claim(1, { flying: [[0, 39]] })]);
    expect(takeTurn(state, view(), 1_799).fetch).toEqual([]);
    expect(takeTurn(state, view(), 1_800).fetch).toHaveLength(1);
    expect(takeTurn(state, view({ isBusy: true }), 1_800).fetch).toEqual([]);
  });

  it('is not everybody at the same moment when nothing comes to anybody, and each for another piece', () => {
    const members = Array.from({ length: 40 }, (_, index) => index);
    const rescuedBy = (nowMs: number): readonly number[] =>
      members.flatMap((self) => {
        const others = members.filter((index) => index !== self);
        const claims = others.map((index) => claim(index, { flying: [[0, 39]] }));
        return takeTurn(knowing(self, claims, nowMs), view({ group: 1 }), nowMs).fetch;
      });
    const first = rescuedBy(1_800);
    expect(new Set(first).size).toBe(first.length);
    expect(first.length).toBeLessThan(30);
    expect(rescuedBy(3_800)).toHaveLength(40);
  });

  it('is nobody as long as members are only just heard of, but not for ever', () => {
    const { state } = hearClaims(knowing(0, [claim(1)], 0), [claim(2)], 100);
    const start = view({ notBeforeMs: 60 });
    expect(takeTurn(state, start, 249)).toMatchObject({ fetch: [], wakeMs: 250 });
    expect(takeTurn(state, start, 250).fetch).not.toEqual([]);
    const later = hearClaims(state, [claim(3)], 550).state;
    expect(takeTurn(later, start, 559).fetch).toEqual([]);
    expect(takeTurn(later, start, 560).fetch).not.toEqual([]);
  });
});

describe('what others say', () => {
  it('is passed on once, and never as an older word or our own', () => {
    const first = hearClaims(startClaims(peer(0)), [claim(1, { seq: 2 }), claim(0)], 0);
    expect(first.news.map(({ by }) => by)).toEqual([peer(1)]);
    expect(hearClaims(first.state, [claim(1, { seq: 2 }), claim(1, { seq: 1 })], 0).news).toEqual([]);
    expect(hearClaims(first.state, [claim(1, { seq: 3 })], 0).news).toHaveLength(1);
  });

  it('grows old, also on its way', () => {
    const { state } = hearClaims(startClaims(peer(0)), [claim(1, { ageMs: 5_000 })], 1_000);
    expect(knownClaims(state, 1_500).map(({ ageMs }) => ageMs)).toEqual([5_500]);
    expect(isAlone(state, 1_500)).toBe(false);
    expect(isAlone(state, 2_500)).toBe(true);
    expect(hearClaims(startClaims(peer(0)), [claim(1, { ageMs: 60_000 })], 0).news).toEqual([]);
  });

  it('is forgotten with the one who said it', () => {
    const state = forgetClaims(knowing(0, [claim(1, { flying: [[0, 39]] })]), peer(1));
    expect(takeTurn(state, view(), 0).fetch).toHaveLength(40);
  });

  it('does not come back when others pass it on late, unless the member does', () => {
    const lie = claim(1, { flying: [[0, 39]] });
    const state = forgetClaims(knowing(0, [lie]), peer(1));
    expect(hearClaims(state, [lie], 0).news).toEqual([]);
    expect(hearClaims(state, [{ ...lie, seq: 2 }], 0).news).toHaveLength(1);
  });

  it('that it has fetched a piece, is forgotten with it too', () => {
    const state = knowing(0, [claim(1, { wants: [], done: [[0, 39]] })]);
    expect(takeTurn(state, view(), 0).fetch).toEqual([]);
    expect(takeTurn(forgetClaims(state, peer(1)), view(), 0).fetch).toHaveLength(40);
  });

  it('takes a run away from who is fetching it when it is another one’s turn', () => {
    const alone = startClaims(peer(0));
    const pieces = view().wanted;
    expect(pieces.every((piece) => isStillOurs(alone, piece, 4, 0))).toBe(true);
    const state = knowing(0, [claim(1)]);
    const ours = pieces.filter((piece) => isStillOurs(state, piece, 4, 0));
    const theirs = pieces.filter((piece) => isStillOurs(knowing(1, [claim(0)]), piece, 4, 0));
    expect([...ours, ...theirs].sort((a, b) => a - b)).toEqual(pieces);
  });

  it('costs a liar its credit: what it claims and never brings is fetched, and then nobody is believed', () => {
    let state = startClaims(peer(0));
    const liars = Array.from({ length: 8 }, (_, index) => index + 1);
    for (let seq = 1; seq <= 12; seq++) {
      const lies = liars.map((index) => claim(index, { seq, flying: [[0, 39]] }));
      state = hearClaims(state, lies, seq * 1_000).state;
      state = takeTurn(state, view({ isBusy: true, progressMs: seq * 1_000 }), seq * 1_000).state;
    }
    expect(takeTurn(state, view({ progressMs: 12_000 }), 12_000).fetch).toHaveLength(40);
    const again = hearClaims(state, [claim(9, { flying: [[0, 39]] })], 12_000).state;
    expect(takeTurn(again, view({ progressMs: 12_000 }), 12_000).fetch).toHaveLength(40);
    expect(hearClaims(state, [claim(1, { seq: 99 })], 12_000).news).toEqual([]);
  });

  it('is not broken when the origin keeps us waiting as long', () => {
    const fetched = (ourFlights: readonly number[]): readonly number[] => {
      let state = startClaims(peer(0));
      for (let seq = 1; seq <= 12; seq++) {
        const nowMs = seq * 1_000;
        state = hearClaims(state, [claim(1, { seq, flying: [[4, 39]] })], nowMs).state;
        const flying = new Set(ourFlights);
        state = takeTurn(state, view({ flying, isBusy: true, progressMs: nowMs }), nowMs).state;
      }
      return takeTurn(state, view({ flying: new Set(ourFlights), isBusy: true, progressMs: 12_000 }), 12_000)
        .fetch;
    };
    expect(fetched([0, 1, 2, 3])).toEqual([]);
    expect(fetched([]).length).toBeGreaterThan(4);
  });

  it('does not fill the memory, and of a larger crowd all remember the same members, who do the asking', () => {
    const everybody = Array.from({ length: 3 * claimersLimit }, (_, index) => index);
    const askedBy = everybody.flatMap((self) => {
      const others = everybody.filter((index) => index !== self).map((index) => claim(index));
      const order = self % 2 === 0 ? others : others.toReversed();
      const state = knowing(self, order);
      expect(state.others.size).toBe(claimersLimit);
      return takeTurn(state, view(), 0).fetch;
    });
    expect(askedBy.sort((a, b) => a - b)).toEqual(view().wanted);
  });
});

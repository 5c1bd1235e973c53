import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hearHolders,
  passOn,
  searchEndsMs,
  seekPack,
  startSearch,
  type SearchState,
} from '../../policy/search.ts';

const pack = 'p'.repeat(40);

describe('who wants a pack that no neighbour has', () => {
  it('asks each neighbour once, those that come later too, and again after ten seconds', () => {
    const first = seekPack(startSearch, pack, ['a', 'b'], 0);
    expect(first.ask).toEqual(['a', 'b']);
    const second = seekPack(first.state, pack, ['a', 'b', 'c'], 50);
    expect(second.ask).toEqual(['c']);
    expect(seekPack(second.state, pack, ['a', 'b', 'c'], 9_999).ask).toEqual([]);
    expect(seekPack(second.state, pack, ['a', 'b', 'c'], 10_000).ask).toEqual(['a', 'b', 'c']);
  });

  it('waits for an answer a moment, and for a member that was named a second and a half', () => {
    const { state } = seekPack(startSearch, pack, ['a'], 1_000);
    expect(searchEndsMs(state, pack)).toBe(1_300);
    const found = hearHolders(state, 'a', { infohash: pack, peers: ['x', 'y', 'z'] }, 1_100);
    expect(found).toMatchObject({ dial: ['x', 'y'], tell: [] });
    expect(searchEndsMs(found.state, pack)).toBe(2_600);
    expect(hearHolders(found.state, 'a', { infohash: pack, peers: ['z'] }, 1_200).dial).toEqual([]);
  });

  it('waits no more once three questions were in vain, until somebody is named', () => {
    let state: SearchState = startSearch;
    const seek = (name: string, nowMs: number): number => {
      ({ state } = seekPack(state, name, ['a'], nowMs));
      return searchEndsMs(state, name);
    };
    expect(['1', '2', '3', '4'].map((name) => seek(name, 0))).toEqual([300, 300, 300, 300]);
    expect(seek('5', 400)).toBe(-Infinity);
    ({ state } = hearHolders(state, 'a', { infohash: '5', peers: ['x'] }, 500));
    expect(seek('6', 600)).toBe(900);
  });

  it('believes only who was asked, and only what was asked', () => {
    const { state } = seekPack(startSearch, pack, ['a'], 0);
    for (const [from, infohash, nowMs] of [
      ['b', pack, 10],
      ['a', 'q'.repeat(40), 10],
      ['a', pack, 10_000],
    ] as const) {
      expect(hearHolders(state, from, { infohash, peers: ['x'] }, nowMs)).toEqual({
        state,
        tell: [],
        dial: [],
      });
    }
  });
});

describe('who is asked by a neighbour', () => {
  it('passes a question on once, and the answer to all who asked, without their own names', () => {
    const first = passOn(startSearch, pack, 'a', ['a', 'b', 'c'], 0);
    expect(first.ask).toEqual(['b', 'c']);
    const second = passOn(first.state, pack, 'b', ['a', 'b', 'c'], 10);
    // It was asked by 'b' before it asked 'a'.
    expect(second.ask).toEqual(['a']);
    const { tell, dial } = hearHolders(second.state, 'c', { infohash: pack, peers: ['b', 'x'] }, 20);
    expect(dial).toEqual([]);
    expect(tell).toEqual([
      { to: 'a', holders: { infohash: pack, peers: ['b', 'x'] } },
      { to: 'b', holders: { infohash: pack, peers: ['x'] } },
    ]);
  });

  it('remembers no more than it should, whatever is asked', () => {
    let state: SearchState = startSearch;
    for (let i = 0; i < 2_000; i++) ({ state } = passOn(state, `${i}`, 'a', ['a', 'b'], i));
    expect(state.questions.size).toBe(500);
  });
});

describe('questions among many', () => {
  it('end, and find who is three steps away and nobody beyond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 20 }), (steps, shortcuts) => {
        // A line from the asker to the holder, and neighbours of the asker that know only each other.
        const line = Array.from({ length: steps + 1 }, (_, i) => `n${i}`);
        const links = new Map(line.map((name, i) => [name, new Set([line[i - 1], line[i + 1]])]));
        for (let i = 0; i < shortcuts; i++) {
          links.set(`s${i}`, new Set(['n0', `s${(i + 1) % shortcuts}`]));
          links.get('n0')?.add(`s${i}`);
        }
        const { dialed, messages } = play(links, line.at(-1) ?? '');
        expect(dialed).toBe(steps === 2 || steps === 3);
        expect(messages).toBeLessThan(10 * (links.size + shortcuts + 1));
      }),
    );
  });
});

/** Lets `n0` ask, all messages arriving in the order in which they were sent. */
function play(
  links: ReadonlyMap<string, ReadonlySet<string | undefined>>,
  holder: string,
): { readonly dialed: boolean; readonly messages: number } {
  const states = new Map<string, SearchState>();
  const queue: { from: string; to: string; hops: number; peers?: readonly string[] }[] = [];
  const near = (name: string): string[] => [...(links.get(name) ?? [])].filter((peer) => peer !== undefined);
  const stateOf = (name: string): SearchState => states.get(name) ?? startSearch;
  let dialed = false;
  let messages = 0;
  // Who has a neighbour that has it does not search.
  if (!near('n0').includes(holder)) {
    const { state, ask } = seekPack(startSearch, pack, near('n0'), 0);
    states.set('n0', state);
    for (const to of ask) queue.push({ from: 'n0', to, hops: 1 });
  }
  for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
    const { from, to, hops, peers } = message;
    messages++;
    if (peers !== undefined) {
      const { state, tell, dial } = hearHolders(stateOf(to), from, { infohash: pack, peers }, messages);
      states.set(to, state);
      for (const told of tell) queue.push({ from: to, to: told.to, hops: 0, peers: told.holders.peers });
      dialed ||= dial.includes(holder);
    } else if (near(to).includes(holder)) queue.push({ from: to, to: from, hops: 0, peers: [holder] });
    else if (hops > 0) {
      const { state, ask } = passOn(stateOf(to), pack, from, near(to), messages);
      states.set(to, state);
      for (const next of ask) queue.push({ from: to, to: next, hops: hops - 1 });
    }
  }
  return { dialed, messages };
}

import { describe, expect, it } from 'vitest';
import { linkLimits } from '../../policy/link-limits.ts';
import {
  countPhase,
  startLinks,
  stepLinks,
  type LinkEffect,
  type LinkEvent,
  type LinksState,
} from '../../policy/links.ts';

const limits = linkLimits(3);
const always = (): number => 0.5;

function run(
  events: readonly (readonly [LinkEvent, number])[],
  state: LinksState = startLinks('m', limits),
): { readonly state: LinksState; readonly effects: readonly LinkEffect[] } {
  let current = state;
  let effects: readonly LinkEffect[] = [];
  for (const [event, nowMs] of events)
    ({ state: current, effects } = stepLinks(current, event, nowMs, always));
  return { state: current, effects };
}

describe('a page that joins', () => {
  it('dials three of those who are here, never itself', () => {
    const { effects } = run([[{ t: 'listed', peers: ['a', 'b', 'c', 'd', 'm'] }, 0]]);
    expect(effects.map(({ t }) => t)).toEqual(['dial', 'dial', 'dial']);
    expect(effects).not.toContainEqual({ t: 'dial', peer: 'm' });
    expect(new Set(effects.map((effect) => 'peer' in effect && effect.peer)).size).toBe(3);
  });

  it('gives a newcomer time to dial first', () => {
    const joined = run([[{ t: 'joined', peers: ['a'] }, 0]]);
    expect(joined.effects).toEqual([{ t: 'wake', afterMs: 2_000 }]);
    expect(run([[{ t: 'tick' }, 2_000]], joined.state).effects).toEqual([{ t: 'dial', peer: 'a' }]);
  });

  it('refills when a link falls away, and comes back to a failed peer only later', () => {
    const { state } = run([
      [{ t: 'listed', peers: ['a'] }, 0],
      [{ t: 'closed', peer: 'a', why: 'failed' }, 0],
    ]);
    expect(countPhase(state, 'dialing')).toBe(0);
    expect(run([[{ t: 'tick' }, 1_000]], state).effects).toMatchObject([{ t: 'wake' }]);
    expect(run([[{ t: 'tick' }, 60_000]], state).effects).toEqual([{ t: 'dial', peer: 'a' }]);
    expect(run([[{ t: 'listed', peers: ['b'] }, 1_000]], state).effects).toContainEqual({
      t: 'dial',
      peer: 'b',
    });
  });
});

describe('a member that is said to have what is wanted', () => {
  const named = (peer: string): LinkEvent => ({ t: 'named', peer });
  const open = (peers: readonly string[]): LinksState =>
    run([
      [{ t: 'listed', peers }, 0],
      ...peers.map((peer): [LinkEvent, number] => [{ t: 'opened', peer }, 0]),
    ]).state;

  it('is dialed although there are links enough, but nine at most', () => {
    let state = open(['a', 'b', 'c']);
    const dialed: string[] = [];
    for (let i = 0; i < 20; i++) {
      const step = stepLinks(state, named(`x${i}`), 1, always);
      state = stepLinks(step.state, { t: 'opened', peer: `x${i}` }, 1, always).state;
      dialed.push(...step.effects.flatMap((effect) => (effect.t === 'dial' ? [effect.peer] : [])));
    }
    expect(dialed).toEqual(['x0', 'x1', 'x2', 'x3', 'x4', 'x5']);
  });

  it('is dialed at once also when it has just come', () => {
    const state = stepLinks(open(['a', 'b', 'c']), { t: 'joined', peers: ['x'] }, 1, always).state;
    expect(stepLinks(state, named('x'), 2, always).effects).toEqual([{ t: 'dial', peer: 'x' }]);
  });

  it('is left alone when it is linked, banned, ourselves, or was in vain a moment ago', () => {
    const state = open(['a', 'b', 'c']);
    const banned = stepLinks(state, { t: 'banned', peer: 'x' }, 0, always).state;
    for (const peer of ['a', 'x', 'm']) expect(stepLinks(banned, named(peer), 1, always).effects).toEqual([]);
    const inVain = run(
      [
        [named('y'), 1],
        [{ t: 'closed', peer: 'y', why: 'failed' }, 2],
      ],
      state,
    ).state;
    expect(stepLinks(inVain, named('y'), 3, always).effects).toEqual([]);
  });

  it('leaves half of all attempts for those whom the tracker names', () => {
    let state = open(['a', 'b', 'c']);
    let dials = 0;
    for (let i = 0; i < 500; i++) {
      const step = stepLinks(state, named(`x${i}`), i, always);
      dials += step.effects.filter(({ t }) => t === 'dial').length;
      state = stepLinks(step.state, { t: 'closed', peer: `x${i}`, why: 'bye' }, i, always).state;
    }
    expect(dials).toBe(97);
  });
});

describe('an offer', () => {
  it('is accepted from anybody, up to three times the links that a page opens', () => {
    let state = startLinks('m', limits);
    const answers: string[] = [];
    for (let i = 0; i < 12; i++) {
      const step = stepLinks(state, { t: 'offered', peer: `p${i}` }, 0, always);
      ({ state } = step);
      answers.push(...step.effects.map(({ t }) => t));
    }
    expect(answers).toEqual([...Array.from({ length: 9 }, () => 'accept'), 'refuse', 'refuse', 'refuse']);
  });

  it('[I2] is refused while twenty connections are being made, and at more than one a second', () => {
    const wide = linkLimits(16);
    let state = startLinks('m', wide);
    let accepted = 0;
    for (let i = 0; i < 10_000; i++) {
      const step = stepLinks(state, { t: 'offered', peer: `p${i}` }, i / 10, always);
      ({ state } = step);
      accepted += step.effects.filter(({ t }) => t === 'accept').length;
      expect(countPhase(state, 'accepting') + countPhase(state, 'dialing')).toBeLessThanOrEqual(20);
    }
    expect(accepted).toBe(20);
    for (let i = 0; i < 20; i++) {
      ({ state } = stepLinks(state, { t: 'closed', peer: `p${i}`, why: 'bye' }, 1_000, always));
    }
    const later = Array.from({ length: 100 }, (_, i) => {
      const step = stepLinks(state, { t: 'offered', peer: `q${i}` }, 3_100, always);
      ({ state } = step);
      return step.effects.filter(({ t }) => t === 'accept').length;
    });
    expect(later.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('that crosses ours is decided by the smaller id', () => {
    const dialing = run([[{ t: 'listed', peers: ['a', 'z'] }, 0]]).state;
    expect(run([[{ t: 'offered', peer: 'z' }, 1]], dialing).effects).toEqual([]);
    expect(run([[{ t: 'offered', peer: 'a' }, 1]], dialing).effects).toEqual([
      { t: 'drop', peer: 'a' },
      { t: 'accept', peer: 'a' },
    ]);
  });

  it('of a banned peer, or of ourselves, is refused', () => {
    const { state, effects } = run([[{ t: 'banned', peer: 'a' }, 0]]);
    expect(effects).toEqual([{ t: 'drop', peer: 'a' }]);
    expect(run([[{ t: 'offered', peer: 'a' }, 0]], state).effects).toEqual([{ t: 'refuse', peer: 'a' }]);
    expect(run([[{ t: 'listed', peers: ['a'] }, 0]], state).effects).toEqual([]);
    expect(run([[{ t: 'offered', peer: 'm' }, 0]], state).effects).toEqual([{ t: 'refuse', peer: 'm' }]);
  });
});

describe('a link that is lost', () => {
  it('is tried again within two seconds the first time, and later and later after that', () => {
    let { state } = run([
      [{ t: 'listed', peers: ['a'] }, 0],
      [{ t: 'opened', peer: 'a' }, 0],
    ]);
    const first = stepLinks(state, { t: 'closed', peer: 'a', why: 'lost' }, 0, always);
    expect(first.effects).toEqual([{ t: 'wake', afterMs: 1_000 }]);
    ({ state } = run(
      [
        [{ t: 'tick' }, 1_000],
        [{ t: 'opened', peer: 'a' }, 1_000],
      ],
      first.state,
    ));
    const second = stepLinks(state, { t: 'closed', peer: 'a', why: 'lost' }, 1_000, always);
    expect(second.effects).toMatchObject([{ t: 'wake' }]);
    expect(second.effects).not.toContainEqual({ t: 'wake', afterMs: 1_000 });
  });
});

describe('a member that left the tracker', () => {
  it('is dropped while the link is being made, and kept when it is open', () => {
    const dialing = run([[{ t: 'listed', peers: ['a'] }, 0]]).state;
    expect(run([[{ t: 'left', peers: ['a'] }, 0]], dialing).effects).toEqual([{ t: 'drop', peer: 'a' }]);
    const open = run([[{ t: 'opened', peer: 'a' }, 0]], dialing).state;
    expect(run([[{ t: 'left', peers: ['a'] }, 0]], open).effects).toEqual([]);
  });
});

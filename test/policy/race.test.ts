import { describe, expect, it } from 'vitest';
import { type Outlook, raceFor, type RaceEffect, type RaceEvent, stepRace } from '../../policy/race.ts';

const patience = { firstMs: 100, stallMs: 50, turnMs: 40, totalMs: 500 };
const none = { firstMs: 0, stallMs: 0, turnMs: 0, totalMs: 0 };

/** One race of these chunks, told what happened; gives the effects of the last event. */
function after(events: readonly RaceEvent[], limits = patience, chunks = [0, 1, 2]): readonly RaceEffect[] {
  let state = raceFor(chunks, limits);
  let last: readonly RaceEffect[] = [];
  for (const event of events) {
    const step = stepRace(state, event);
    state = step.state;
    last = step.effects;
  }
  return last;
}

const start = (outlook: Outlook = 'whole'): RaceEvent => ({ kind: 'start', nowMs: 0, outlook });
const good = (nowMs: number, source: 'swarm' | 'http', chunk: number): RaceEvent => ({
  kind: 'good',
  nowMs,
  source,
  chunk,
});
const bad = (nowMs: number, source: 'swarm' | 'http', chunk: number): RaceEvent => ({
  kind: 'bad',
  nowMs,
  source,
  chunk,
});
const ended = (nowMs: number, source: 'swarm' | 'http'): RaceEvent => ({ kind: 'ended', nowMs, source });
const tick = (nowMs: number, othersMs = -Infinity): RaceEvent => ({ kind: 'tick', nowMs, othersMs });

const ask = (source: 'swarm' | 'http', ...chunks: number[]): RaceEffect => ({ kind: 'ask', source, chunks });
const cancel = (source: 'swarm' | 'http'): RaceEffect => ({ kind: 'cancel', source });
const wake = (atMs: number): RaceEffect => ({ kind: 'wake', atMs });
const done: RaceEffect = { kind: 'done' };
const failed = (reason: 'sources' | 'origin-mismatch'): RaceEffect => ({ kind: 'failed', reason });

describe('a race', () => {
  it('for nothing is won at once', () => {
    expect(after([start()], patience, [])).toEqual([done]);
  });

  it('begins with HTTP alone where the swarm has nothing, or may not be waited for', () => {
    expect(after([start('none')])).toEqual([ask('http', 0, 1, 2)]);
    expect(after([start('part')], none)).toEqual([ask('http', 0, 1, 2)]);
  });

  it('begins with the swarm where it is worth a wait, and looks at the clock when the wait is over', () => {
    expect(after([start()])).toEqual([wake(100), ask('swarm', 0, 1, 2)]);
    expect(after([start()], { ...patience, totalMs: 60 })).toEqual([wake(60), ask('swarm', 0, 1, 2)]);
  });

  it('is won by the swarm alone when it delivers in time', () => {
    const events = [start(), good(90, 'swarm', 1), good(120, 'swarm', 0)];
    expect(after(events)).toEqual([wake(170)]);
    expect(after([...events, good(150, 'swarm', 2)])).toEqual([cancel('swarm'), done]);
  });

  it('asks HTTP for what is missing, sorted, when the swarm stalls [H7]', () => {
    expect(after([start(), tick(100)])).toEqual([ask('http', 0, 1, 2)]);
    expect(after([start(), good(10, 'swarm', 1), tick(60)])).toEqual([ask('http', 0, 2)]);
    expect(after([start(), good(10, 'swarm', 1), tick(59)])).toEqual([wake(60)]);
    expect(after([start()], patience, [7, 3, 5])).toEqual([wake(100), ask('swarm', 3, 5, 7)]);
  });

  it('asks HTTP when the swarm trickles: always something, never enough [H8]', () => {
    const chunks = Array.from({ length: 100 }, (_, i) => i);
    const trickle = Array.from({ length: 15 }, (_, i) => good((i + 1) * 33, 'swarm', i));
    expect(after([start(), ...trickle], patience, chunks)).toEqual([wake(500)]);
    expect(after([start(), ...trickle, tick(500)], patience, chunks)).toEqual([
      ask('http', ...chunks.slice(15)),
    ]);
  });

  it('is not kept from HTTP by chunks that are already there', () => {
    const again = [good(40, 'swarm', 1), good(50, 'swarm', 1), good(55, 'swarm', 9)];
    expect(after([start(), good(10, 'swarm', 1), ...again])).toEqual([]);
    expect(after([start(), good(10, 'swarm', 1), ...again, tick(60)])).toEqual([ask('http', 0, 2)]);
  });

  it('waits for its turn while the swarm delivers for others, but not beyond the whole patience', () => {
    expect(after([start(), tick(100, 90)])).toEqual([wake(130)]);
    expect(after([start(), tick(100, 90), tick(130, 90)])).toEqual([ask('http', 0, 1, 2)]);
    expect(after([start(), tick(100, 90), tick(130, 130)])).toEqual([wake(170)]);
    expect(after([start(), tick(490, 490)])).toEqual([wake(500)]);
    expect(after([start(), tick(500, 500)])).toEqual([ask('http', 0, 1, 2)]);
    expect(after([start(), { kind: 'tick', nowMs: 100 }])).toEqual([ask('http', 0, 1, 2)]);
  });

  it('does not wait for a turn where the page cannot render without it', () => {
    expect(after([start(), tick(100, 100)], { ...patience, turnMs: 0 })).toEqual([ask('http', 0, 1, 2)]);
  });

  it('asks HTTP at once when the swarm ends', () => {
    expect(after([start(), good(5, 'swarm', 0), ended(9, 'swarm')])).toEqual([ask('http', 1, 2)]);
  });

  it("takes the swarm's word no longer after its second bad chunk [H2]", () => {
    expect(after([start(), bad(5, 'swarm', 0)])).toEqual([]);
    expect(after([start(), bad(5, 'swarm', 0), bad(6, 'swarm', 0)])).toEqual([
      cancel('swarm'),
      ask('http', 0, 1, 2),
    ]);
    expect(after([start(), bad(5, 'swarm', 0), bad(6, 'swarm', 0), bad(7, 'swarm', 1)])).toEqual([]);
  });

  it('lets the swarm go on beside HTTP until HTTP has begun to deliver', () => {
    const hedge = [start(), tick(100), good(110, 'swarm', 0)];
    expect(after(hedge)).toEqual([]);
    expect(after([...hedge, good(120, 'http', 1)])).toEqual([cancel('swarm')]);
    expect(after([...hedge, good(120, 'http', 0)])).toEqual([cancel('swarm')]);
    expect(after([...hedge, good(120, 'swarm', 1), good(130, 'swarm', 2)])).toEqual([
      cancel('swarm'),
      cancel('http'),
      done,
    ]);
  });

  it("is lost at once when the origin's own bytes are wrong", () => {
    expect(after([start('none'), bad(9, 'http', 0)])).toEqual([cancel('http'), failed('origin-mismatch')]);
    expect(after([start(), tick(100), bad(109, 'http', 0)])).toEqual([
      cancel('swarm'),
      cancel('http'),
      failed('origin-mismatch'),
    ]);
  });

  it('is lost when HTTP ends and the swarm has failed before, or has nothing', () => {
    expect(after([start('none'), ended(9, 'http'), ended(9, 'swarm')])).toEqual([failed('sources')]);
    expect(after([start(), ended(5, 'swarm'), ended(9, 'http')])).toEqual([failed('sources')]);
    expect(after([start(), tick(100), ended(105, 'http'), ended(109, 'swarm')])).toEqual([failed('sources')]);
  });

  it('asks the swarm when HTTP fails, although the page could not wait for it, or nobody seemed to have it [L7]', () => {
    expect(after([start('none'), ended(9, 'http')])).toEqual([wake(10_009), ask('swarm', 0, 1, 2)]);
    expect(after([start('part'), good(5, 'http', 0), ended(9, 'http')], none)).toEqual([
      wake(10_009),
      ask('swarm', 1, 2),
    ]);
  });

  it('asks the swarm again when HTTP fails after it sent the swarm away [L7]', () => {
    const events = [start(), good(10, 'swarm', 0), tick(60), good(70, 'http', 1), ended(80, 'http')];
    expect(after(events)).toEqual([wake(10_080), ask('swarm', 2)]);
    expect(after([...events, good(90, 'swarm', 2)])).toEqual([cancel('swarm'), done]);
  });

  it('does not ask a swarm again that sent wrong bytes', () => {
    const events = [start(), bad(5, 'swarm', 0), bad(6, 'swarm', 0), good(9, 'http', 0), ended(20, 'http')];
    expect(after(events)).toEqual([failed('sources')]);
  });

  it('gives a swarm that is the last hope ten seconds for each chunk', () => {
    const alone = [start(), tick(100), ended(200, 'http')];
    expect(after(alone)).toEqual([wake(10_200)]);
    expect(after([...alone, good(9_000, 'swarm', 0)])).toEqual([wake(19_000)]);
    expect(after([...alone, good(9_000, 'swarm', 0), tick(10_200)])).toEqual([wake(19_000)]);
    expect(after([...alone, good(9_000, 'swarm', 0), tick(19_000)])).toEqual([
      cancel('swarm'),
      failed('sources'),
    ]);
  });

  it('is moved by nothing before its start, by no second start, and by nothing after its end', () => {
    expect(after([tick(5)])).toEqual([]);
    expect(after([ended(5, 'swarm')])).toEqual([]);
    expect(after([start(), start()])).toEqual([]);
    const over = [start('none'), ended(9, 'http'), ended(9, 'swarm')];
    for (const event of [start(), good(10, 'http', 0), bad(10, 'http', 0), ended(10, 'http'), tick(10)]) {
      expect(after([...over, event])).toEqual([]);
    }
  });

  it('does not take the end of a source that is not running for an answer', () => {
    expect(after([start('part'), ended(5, 'swarm')], none)).toEqual([]);
    expect(after([start('part'), ended(5, 'swarm'), ended(9, 'http')], none)).toEqual([
      wake(10_009),
      ask('swarm', 0, 1, 2),
    ]);
  });
});

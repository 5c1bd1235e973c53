import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterArrival, afterStall, startWindow, type DelayWindow } from '../../policy/delay-window.ts';
import { stepLeastDelay, type LeastDelay } from '../../policy/least-delay.ts';
import {
  afterAnswer,
  afterAsking,
  freshRequests,
  mayAskBytes,
  requestRules,
} from '../../policy/request-window.ts';
import { uplinkRules as rules } from '../../policy/uplink.ts';

const arrival = fc.record({
  bytes: fc.nat(64 * 1024),
  queueMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
  roundTripMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
  isFull: fc.boolean(),
});
const history = fc.array(fc.tuple(fc.option(arrival), fc.nat(5_000)), { maxLength: 200 });

describe('a window that follows the path', () => {
  it('never leaves its bounds, whatever arrives when', () => {
    fc.assert(
      fc.property(history, (events) => {
        let window = startWindow(rules);
        let nowMs = 0;
        for (const [event, laterMs] of events) {
          nowMs += laterMs;
          window =
            event === null ? afterStall(window, nowMs, rules) : afterArrival(window, event, nowMs, rules);
          expect(window.bytes).toBeGreaterThanOrEqual(rules.leastBytes);
          expect(window.bytes).toBeLessThanOrEqual(rules.mostBytes);
        }
      }),
    );
  });

  it('does not grow while more waits than is aimed at, nor while it is not used up', () => {
    fc.assert(
      fc.property(arrival, fc.nat(1_000_000), (event, nowMs) => {
        const window = startWindow(rules);
        const next = afterArrival(window, event, nowMs, rules);
        if (event.queueMs > rules.targetMs || !event.isFull)
          expect(next.bytes).toBeLessThanOrEqual(window.bytes);
        else expect(next.bytes).toBeGreaterThanOrEqual(window.bytes);
      }),
    );
  });

  it('doubles in a round trip at first, then grows by a little; gives way once per round trip, by half at most', () => {
    const calm = { queueMs: 0, roundTripMs: 40, isFull: true };
    let window: DelayWindow = startWindow(rules);
    window = afterArrival(window, { ...calm, bytes: window.bytes }, 40, rules);
    expect(window.bytes).toBe(2 * rules.startBytes);
    window = afterArrival(window, { ...calm, bytes: 1, queueMs: rules.targetMs / 2 }, 80, rules);
    const before = window.bytes;
    window = afterArrival(window, { ...calm, bytes: window.bytes }, 120, rules);
    expect(window.bytes - before).toBeCloseTo(rules.stepBytes + before / 16, 3);

    const late = { ...calm, bytes: 1, queueMs: 10 * rules.targetMs };
    const cut = afterArrival(window, late, 200, rules);
    expect(cut.bytes).toBe(window.bytes / 2);
    expect(afterArrival(cut, late, 300, rules).bytes).toBe(cut.bytes);
    expect(afterArrival(cut, late, 800, rules).bytes).toBe(cut.bytes / 2);
  });
});

describe('waiting, from delays', () => {
  const steps = (delays: readonly number[]): LeastDelay | undefined =>
    delays.reduce<LeastDelay | undefined>((known, ms, i) => stepLeastDelay(known, ms, i * 100), undefined);

  it('is never negative, and the same by any clock', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(delays, fc.integer({ min: -1_000_000, max: 1_000_000 }), (list, skew) => {
        const { queueMs = NaN } = steps(list) ?? {};
        expect(queueMs).toBeGreaterThanOrEqual(0);
        expect(steps(list.map((ms) => ms + skew))?.queueMs).toBe(queueMs);
      }),
    );
  });

  it('is not believed of a single late one, and a first one counts what is known to wait', () => {
    expect(steps([20, 20, 900, 20])?.queueMs).toBe(0);
    expect(steps([20, 70, 71, 72, 73])?.queueMs).toBe(50);
    expect(stepLeastDelay(undefined, 120, 0, 50).queueMs).toBe(50);
  });

  it('forgets a shorter way that is no more after ten minutes', () => {
    let known = stepLeastDelay(undefined, 10, 0);
    for (let nowMs = 0; nowMs <= 11 * 60_000; nowMs += 1_000) known = stepLeastDelay(known, 80, nowMs);
    expect(known.queueMs).toBe(0);
  });
});

describe('what is asked of one peer', () => {
  it('is counted until it is answered or given up, and never more than the window', () => {
    const act = fc.record({ asks: fc.boolean(), bytes: fc.nat(16_384), tookMs: fc.option(fc.nat(5_000)) });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        let requests = freshRequests;
        let nowMs = 0;
        for (const { asks, bytes, tookMs } of acts) {
          nowMs += 10;
          if (asks && mayAskBytes(requests) >= bytes) requests = afterAsking(requests, bytes);
          else requests = afterAnswer(requests, bytes, tookMs ?? undefined, nowMs);
          expect(requests.outstandingBytes).toBeGreaterThanOrEqual(0);
          expect(requests.outstandingBytes).toBeLessThanOrEqual(requestRules.mostBytes);
          expect(mayAskBytes(requests)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('shrinks for a peer whose answers take longer and longer, and grows for a quick one', () => {
    const after = (tookMs: (i: number) => number): number => {
      let requests = freshRequests;
      for (let i = 0; i < 200; i++) {
        while (mayAskBytes(requests) >= 16_384) requests = afterAsking(requests, 16_384);
        requests = afterAnswer(requests, 16_384, tookMs(i), i * 20);
      }
      return requests.window.bytes;
    };
    expect(after((i) => 50 + 10 * i)).toBeLessThan(1.1 * requestRules.leastBytes);
    expect(after(() => 50)).toBe(requestRules.mostBytes);
  });
});

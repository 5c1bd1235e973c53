/** The uplink's window on paths of all kinds. The figures are those of the queue: what a visitor's own packets wait. */
import { describe, expect, it } from 'vitest';
import { simulatePath, type PathResult } from './path-world.ts';

const mbits = [2, 5, 10, 20, 50];
const roundTrips = [5, 20, 40, 100, 300];
const always = { fromMs: 0, toMs: Infinity };
/** A queue of an ordinary home line that is on the short side. */
const queueMs = 150;

function mbitOf({ bytesBySecond }: PathResult, from: number, to: number): number[] {
  return bytesBySecond.map(
    (counts) => (counts.slice(from, to).reduce((sum, bytes) => sum + bytes, 0) * 8) / (1e6 * (to - from)),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The wait that all but a twentieth stay below. */
function usualWaitMs({ waits }: PathResult, fromMs: number, toMs = Infinity): number {
  const sorted = waits
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .map(({ waitMs }) => waitMs)
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)] ?? 0;
}

describe('giving to peers over a home line', () => {
  it('uses the line and keeps its queue short: 2 to 50 Mbit/s, 5 to 300 ms, one to five peers', () => {
    for (const upMbit of mbits) {
      for (const roundTripMs of roundTrips) {
        for (const count of [1, 3, 5]) {
          const peers = Array.from({ length: count }, (_, i) => ({ fromMs: 700 * i, toMs: Infinity }));
          const result = simulatePath({ upMbit, roundTripMs, queueMs, peers, untilMs: 16_000 });
          const label = `${upMbit} Mbit/s, ${roundTripMs} ms, ${count} peers`;
          const given = mbitOf(result, 10, 15);
          // One path carries 2 MiB a round trip at most.
          const possible = Math.min(upMbit, (count * 2 * 8.389) / (roundTripMs / 1_000));
          expect(sum(given) / possible, label).toBeGreaterThan(0.9);
          expect(usualWaitMs(result, 5_000), label).toBeLessThan(100);
          // Of about 500 messages or more; the start may overshoot once.
          expect(result.dropped, label).toBeLessThan(10);
          expect(Math.min(...given) / Math.max(...given), label).toBeGreaterThan(0.6);
        }
      }
    }
  });

  it('neither chokes on 1 Mbit/s nor leaves 100 idle', () => {
    for (const roundTripMs of [5, 40, 100]) {
      const path = { roundTripMs, queueMs, peers: [always, always], untilMs: 16_000 };
      const slow = simulatePath({ ...path, upMbit: 1 });
      expect(sum(mbitOf(slow, 5, 15))).toBeGreaterThan(0.9);
      expect(usualWaitMs(slow, 5_000)).toBeLessThan(100);
      expect(slow.dropped).toBeLessThan(20);
      const fast = simulatePath({ ...path, upMbit: 100 });
      expect(sum(mbitOf(fast, 2, 15))).toBeGreaterThan(90);
      expect(fast.dropped).toBe(0);
    }
  });

  it('makes way within two seconds for what the visitor does, and takes the room again afterwards', () => {
    for (const upMbit of [5, 20]) {
      const own = [{ fromMs: 6_000, toMs: 12_000, share: 0.6 }];
      const result = simulatePath({
        upMbit,
        roundTripMs: 40,
        queueMs,
        peers: [always, always],
        own,
        untilMs: 20_000,
      });
      expect(usualWaitMs(result, 8_000, 12_000)).toBeLessThan(80);
      expect(sum(mbitOf(result, 8, 12)) / upMbit).toBeLessThan(0.45);
      expect(sum(mbitOf(result, 15, 19)) / upMbit).toBeGreaterThan(0.9);
      expect(result.dropped).toBeLessThan(10);
    }
  });

  it('is not held up by a peer behind a slow line', () => {
    const peers = [{ ...always, downMbit: 1 }, always];
    const result = simulatePath({ upMbit: 10, roundTripMs: 40, queueMs, peers, untilMs: 16_000 });
    const [slow = 0, fast = 0] = mbitOf(result, 8, 15);
    expect(slow).toBeGreaterThan(0.7);
    expect(fast).toBeGreaterThan(8);
  });

  it('lives with peers that are busy and notice late what has come', () => {
    const result = simulatePath({
      upMbit: 10,
      roundTripMs: 40,
      queueMs,
      peers: [always, always, always],
      lateMs: 60,
      untilMs: 12_000,
    });
    expect(sum(mbitOf(result, 6, 11))).toBeGreaterThan(8);
    expect(result.dropped).toBeLessThan(10);
  });
});

import { describe, expect, it } from 'vitest';
import { patienceFor } from '../../policy/patience.ts';
import { failedToServe, freshRecord, hedgeMs, isResting, served } from '../../policy/swarm-record.ts';

const need = {
  destination: 'image',
  bytes: 512 * 1024,
  outlook: 'whole',
  queuedBytes: 0,
  waits: false,
} as const;

function after(firstsMs: readonly number[]) {
  return firstsMs.reduce(served, freshRecord);
}

describe('the hedge', () => {
  it('is unknown until there were five first chunks', () => {
    expect(hedgeMs(after([50, 50, 50, 50]))).toBeUndefined();
    expect(hedgeMs(after([50, 50, 50, 50, 50]))).toBe(100);
  });

  it('is twice what nine of ten took, of the last twenty', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => 10 * (index + 1));
    expect(hedgeMs(after(twenty))).toBe(360);
    expect(hedgeMs(after([...Array.from({ length: 50 }, () => 5_000), ...twenty]))).toBe(360);
  });

  it('shortens the patience, never below 150 ms, never for who waits', () => {
    expect(patienceFor({ ...need, hedgeMs: 400 }).firstMs).toBe(400);
    expect(patienceFor({ ...need, hedgeMs: 1 }).firstMs).toBe(150);
    expect(patienceFor({ ...need, hedgeMs: 60_000 }).firstMs).toBe(patienceFor(need).firstMs);
    expect(patienceFor({ ...need, destination: 'script', hedgeMs: 200 }).firstMs).toBe(200);
    const waiting = { ...need, waits: true };
    expect(patienceFor({ ...waiting, hedgeMs: 1, rests: true })).toEqual(patienceFor(waiting));
  });
});

describe('the circuit breaker', () => {
  it('opens after three failures in a row, for longer each time, and closes with a success', () => {
    let record = failedToServe(failedToServe(freshRecord, 0), 0);
    expect(isResting(record, 0)).toBe(false);
    record = failedToServe(record, 1_000);
    expect(isResting(record, 15_999)).toBe(true);
    expect(isResting(record, 16_000)).toBe(false);
    record = failedToServe(record, 20_000);
    expect(isResting(record, 49_999)).toBe(true);
    expect(isResting(record, 50_000)).toBe(false);
    for (let times = 0; times < 20; times++) record = failedToServe(record, 0);
    expect(record.restsUntilMs).toBe(240_000);
    record = failedToServe(failedToServe(served(record, 10), 300_000), 300_000);
    expect(isResting(record, 300_000)).toBe(false);
  });

  it('leaves the swarm alone', () => {
    expect(patienceFor({ ...need, rests: true }).firstMs).toBe(0);
  });
});

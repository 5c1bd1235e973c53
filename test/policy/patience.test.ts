import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patienceFor } from '../../policy/patience.ts';
import type { Outlook } from '../../policy/race.ts';

const kib = 1024;
const none = { firstMs: 0, stallMs: 0, turnMs: 0, totalMs: 0 };

const critical = ['script', 'style', 'font', 'worker', 'manifest', 'json'];
const patient = ['', 'image', 'video', 'audio', 'track', 'object', 'embed', 'report'];
const outlooks: readonly Outlook[] = ['none', 'part', 'whole'];
const sizes = [1, 64 * kib - 1, 64 * kib, 512 * kib, 10 * kib * kib];

const anyNeed = fc.record({
  destination: fc.constantFrom(...critical, ...patient),
  bytes: fc.integer({ min: 1, max: 2 ** 31 }),
  outlook: fc.constantFrom(...outlooks),
  queuedBytes: fc.oneof(fc.constant(0), fc.nat(2 ** 31)),
  waits: fc.boolean(),
});

describe('the patience with the swarm', () => {
  it.each([...critical, ...patient])('is none for "%s" while the swarm has nothing', (destination) => {
    for (const bytes of sizes) {
      expect(patienceFor({ destination, bytes, outlook: 'none', queuedBytes: 0, waits: false })).toEqual(
        none,
      );
    }
  });

  it.each(critical)(
    'is none for a %s that peers hold in parts: the page cannot render without it',
    (destination) => {
      for (const bytes of sizes) {
        expect(patienceFor({ destination, bytes, outlook: 'part', queuedBytes: 0, waits: false })).toEqual(
          none,
        );
      }
    },
  );

  it.each(critical)('is short for a %s that a peer holds whole', (destination) => {
    const { firstMs, stallMs } = patienceFor({
      destination,
      bytes: 512 * kib,
      outlook: 'whole',
      queuedBytes: 0,
      waits: false,
    });
    expect(firstMs).toBeGreaterThan(0);
    expect(firstMs).toBeLessThanOrEqual(300);
    expect(stallMs).toBeLessThanOrEqual(600);
  });

  it.each(patient)('with "%s" that peers hold in parts begins at 64 KiB', (destination) => {
    const firstMs = (bytes: number) =>
      patienceFor({ destination, bytes, outlook: 'part', queuedBytes: 0, waits: false }).firstMs;
    expect(firstMs(64 * kib - 1)).toBe(0);
    expect(firstMs(64 * kib)).toBeGreaterThan(0);
  });

  it('lets the swarm go on alone for a second, and then at no less than 512 KiB/s', () => {
    const need = { destination: 'image', outlook: 'whole', queuedBytes: 0, waits: false } as const;
    expect(patienceFor({ ...need, bytes: 512 * kib }).totalMs).toBe(2_000);
    expect(patienceFor({ ...need, bytes: 5_120 * kib }).totalMs).toBe(11_000);
    expect(patienceFor({ ...need, bytes: 512 * kib, queuedBytes: 512 * kib }).totalMs).toBe(3_000);
  });

  it('does not make what the page cannot render without wait in a queue', () => {
    for (const destination of critical) {
      const need = { destination, bytes: 512 * kib, outlook: 'whole', waits: false } as const;
      expect(patienceFor({ ...need, queuedBytes: 2 ** 30 })).toEqual(
        patienceFor({ ...need, queuedBytes: 0 }),
      );
    }
  });

  it('is that of something patient for everything that a waiting page asks for, however small', () => {
    for (const destination of critical) {
      const need = { bytes: 1, queuedBytes: 0, waits: true } as const;
      for (const outlook of ['part', 'whole'] as const) {
        const patience = patienceFor({ ...need, destination, outlook });
        expect(patience).toEqual(patienceFor({ ...need, destination: 'image', outlook }));
        expect(patience.firstMs).toBeGreaterThan(0);
      }
      expect(patienceFor({ ...need, destination, outlook: 'none' })).toEqual(none);
    }
  });

  it('is whole or none, ends for everything, and its deadlines stand in order', () => {
    fc.assert(
      fc.property(anyNeed, (need) => {
        const { firstMs, stallMs, turnMs, totalMs } = patienceFor(need);
        if (firstMs === 0) return stallMs === 0 && turnMs === 0 && totalMs === 0;
        const limitMs = need.waits ? 5_000 : 1_000;
        const slowest = (need.waits ? 64 : 512) * kib;
        const slowestMs = limitMs + 1 + ((need.bytes + need.queuedBytes) / slowest) * 1_000;
        return (
          firstMs <= limitMs && stallMs > 0 && stallMs <= 4_000 && totalMs >= firstMs && totalMs <= slowestMs
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never longer for what is critical, smaller, or only partly there', () => {
    fc.assert(
      fc.property(anyNeed, (need) => {
        const total = (changes: Partial<typeof need>) => patienceFor({ ...need, ...changes }).totalMs;
        expect(total({ destination: 'script' })).toBeLessThanOrEqual(total({ destination: 'image' }));
        expect(total({ outlook: 'part' })).toBeLessThanOrEqual(total({ outlook: 'whole' }));
        expect(total({ bytes: Math.ceil(need.bytes / 2) })).toBeLessThanOrEqual(total({}));
      }),
      { numRuns: 1_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evictionFor, type KeptEntry } from '../../policy/eviction.ts';

const kept = fc
  .array(fc.record({ bytes: fc.nat(1_000), inUse: fc.boolean() }), { maxLength: 30 })
  .map((entries) => entries.map((entry, i): KeptEntry => ({ key: String(i), ...entry })));
const cases = fc.record({ entries: kept, limitBytes: fc.nat(10_000), incomingBytes: fc.nat(3_000) });

const sizeOf = (entries: readonly KeptEntry[]): number => entries.reduce((sum, { bytes }) => sum + bytes, 0);

/** Holds in 2,000 random caches. */
function always(
  holds: (entries: readonly KeptEntry[], drop: readonly string[], excess: number) => boolean,
): void {
  fc.assert(
    fc.property(cases, ({ entries, limitBytes, incomingBytes }) => {
      const drop = evictionFor(entries, limitBytes, incomingBytes);
      return holds(entries, drop, sizeOf(entries) + incomingBytes - limitBytes);
    }),
    { numRuns: 2_000 },
  );
}

const named = (entries: readonly KeptEntry[], keys: readonly string[]): readonly KeptEntry[] =>
  entries.filter(({ key }) => keys.includes(key));

describe('eviction', () => {
  it('drops nothing while everything fits', () => {
    const entries = [{ key: 'a', bytes: 60, inUse: false }];
    expect(evictionFor(entries, 100, 40)).toEqual([]);
    expect(evictionFor(entries, 100, 41)).toEqual(['a']);
    always((_, drop, excess) => excess > 0 || drop.length === 0);
  });

  it('makes room enough, or drops everything', () => {
    always(
      (entries, drop, excess) => sizeOf(named(entries, drop)) >= excess || drop.length === entries.length,
    );
  });

  it('stops as soon as there is room', () => {
    always(
      (entries, drop, excess) => drop.length === 0 || sizeOf(named(entries, drop.slice(0, -1))) < excess,
    );
  });

  it('keeps what a release in use names for as long as there is anything else', () => {
    always((entries, drop) => {
      const dropped = named(entries, drop);
      const idle = entries.filter(({ inUse }) => !inUse);
      return dropped.every(({ inUse }) => !inUse) || idle.every(({ key }) => drop.includes(key));
    });
  });

  it('drops the oldest first, of either kind', () => {
    always((entries, drop) =>
      [false, true].every((inUse) => {
        const oldestFirst = entries.filter((entry) => entry.inUse === inUse).map(({ key }) => key);
        const dropped = drop.filter((key) => oldestFirst.includes(key));
        return dropped.every((key, i) => key === oldestFirst[i]);
      }),
    );
  });

  it('names only what is there, and nothing twice', () => {
    always(
      (entries, drop) => named(entries, drop).length === drop.length && new Set(drop).size === drop.length,
    );
  });
});

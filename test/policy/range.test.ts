import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange, runsOf } from '../../policy/range.ts';

const part = (from: number, to: number, open = false) => ({ kind: 'part', from, to, open });
const whole = { kind: 'whole' };
const unsatisfiable = { kind: 'unsatisfiable' };

describe('a Range header for 100 bytes', () => {
  it.each([
    ['bytes=0-0', part(0, 1)],
    ['bytes=0-99', part(0, 100)],
    ['bytes=10-19', part(10, 20)],
    ['bytes=99-99', part(99, 100)],
    ['bytes=0-1', part(0, 2)],
    ['bytes=90-1000000', part(90, 100)],
    ['bytes=0-', part(0, 100, true)],
    ['bytes=40-', part(40, 100, true)],
    ['bytes=99-', part(99, 100, true)],
    ['bytes=-1', part(99, 100, true)],
    ['bytes=-100', part(0, 100, true)],
    ['bytes=-101', part(0, 100, true)],
    ['bytes=007-008', part(7, 9)],
    [' bytes=1-2 ', part(1, 3)],
  ])('%s is a part [E10]', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=1000-1001', 'bytes=-0', 'bytes=-00'])(
    '%s cannot be had [E11]',
    (header) => {
      expect(parseRange(header, 100)).toEqual(unsatisfiable);
    },
  );

  it.each([
    null,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=z-',
    'bytes=0-z',
    'bytes=0x0-1',
    'bytes=1.5-2',
    'bytes=+1-2',
    'bytes=-1-2',
    'bytes=--1',
    'bytes=9-8',
    'bytes=100-99',
    'bytes 0-1',
    'bytes:0-1',
    'items=0-1',
    '0-1',
    'bytes=0 - 1',
    'bytes=٠-١',
    'bytes=0-1\nbytes=2-3',
    `bytes=0-${'9'.repeat(400)}`,
  ])('%j is ignored: the answer is the whole body [E12]', (header) => {
    expect(parseRange(header, 100)).toEqual(whole);
  });

  it.each(['bytes=0-1,4-5', 'bytes=0-1, 4-5', 'bytes=0-,0-', 'bytes=0-1,', 'bytes=,0-1', 'bytes=-1,-2'])(
    '%s, several at once, is the whole body and never one of them [E13]',
    (header) => {
      expect(parseRange(header, 100)).toEqual(whole);
    },
  );
});

describe('a Range header for nothing', () => {
  it.each(['bytes=0-', 'bytes=0-0', 'bytes=5-', 'bytes=-0'])('%s cannot be had [E11]', (header) => {
    expect(parseRange(header, 0)).toEqual(unsatisfiable);
  });

  it('that asks for its last bytes gets all of it, which is none', () => {
    expect(parseRange('bytes=-5', 0)).toEqual(whole);
  });
});

describe('any Range header', () => {
  const number = fc.option(fc.nat(300), { nil: undefined });

  it('gives a part that lies inside the body and is not empty, or none', () => {
    const header = fc.oneof(
      fc.tuple(number, number).map(([first = '', last = '']) => `bytes=${first}-${last}`),
      fc.string(),
    );
    fc.assert(
      fc.property(header, fc.nat(200), (text, size) => {
        const range = parseRange(text, size);
        return range.kind !== 'part' || (range.from >= 0 && range.from < range.to && range.to <= size);
      }),
      { numRuns: 2_000 },
    );
  });

  it('from first to last gives exactly these bytes', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 200 }), (first, length, size) => {
        const body = Array.from({ length: size }, (_, i) => i);
        const range = parseRange(`bytes=${first}-${first + length}`, size);
        const expected = body.filter((i) => i >= first && i <= first + length);
        if (range.kind !== 'part') return range.kind === 'unsatisfiable' && expected.length === 0;
        expect(body.slice(range.from, range.to)).toEqual(expected);
        return true;
      }),
    );
  });
});

describe('runs of neighbours', () => {
  it('join what can be asked for at once', () => {
    expect(runsOf([])).toEqual([]);
    expect(runsOf([4])).toEqual([{ first: 4, last: 4 }]);
    expect(runsOf([0, 1, 2, 5, 7, 8])).toEqual([
      { first: 0, last: 2 },
      { first: 5, last: 5 },
      { first: 7, last: 8 },
    ]);
  });

  it('hold all of the chunks and no others, in as few runs as there can be', () => {
    const sorted = fc.uniqueArray(fc.nat(60)).map((chunks) => chunks.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(sorted, (chunks) => {
        const runs = runsOf(chunks);
        const all = runs.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
        expect(all).toEqual(chunks);
        return runs.every((run, i) => i === 0 || run.first > (runs[i - 1]?.last ?? -1) + 1);
      }),
    );
  });
});

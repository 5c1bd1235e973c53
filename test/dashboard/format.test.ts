import { describe, expect, it } from 'vitest';
import {
  bytesFigure,
  formatAgo,
  formatAxisBytes,
  formatAxisCount,
  formatBucket,
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatMoney,
  formatPercent,
  unknownFigure,
} from '../../hub/dashboard/format.ts';

/** Units stand behind a no-break space; the tests read better with a plain one. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [1004, '1.00 kB'],
    [1005, '1.01 kB'],
    [9994, '9.99 kB'],
    [9995, '10.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [1_240_000_000, '1.24 GB'],
    [5e12, '5.00 TB'],
    [7.2e18, '7,200 PB'],
  ])('%d is written with three digits in decimal units', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text);
  });

  it('never show more than three digits below the largest unit', () => {
    for (let bytes = 1; bytes < 1e17; bytes *= 1.013) {
      expect(bytesFigure(Math.floor(bytes)).value.replace('.', '')).toMatch(/^\d{1,3}$/);
    }
  });

  it('are a dash where they are not a number', () => {
    expect(formatBytes(Number.NaN)).toBe(unknownFigure);
  });

  it('have no needless digits at an axis', () => {
    expect([0, 500, 1000, 2500, 1e6, 2.5e9].map((bytes) => plain(formatAxisBytes(bytes)))).toEqual([
      '0 B',
      '500 B',
      '1 kB',
      '2.5 kB',
      '1 MB',
      '2.5 GB',
    ]);
  });
});

describe('percent', () => {
  it.each([
    [0, '0 %'],
    [0.0004, '< 0.1 %'],
    [0.001, '0.1 %'],
    [0.7346, '73.5 %'],
    [0.9996, '99.9 %'],
    [0.99999, '99.9 %'],
    [1, '100 %'],
  ])('%d is neither rounded up to everything nor down to nothing', (ratio, text) => {
    expect(plain(formatPercent(ratio))).toBe(text);
  });

  it('is a dash where the ratio is not known', () => {
    expect(formatPercent(null)).toBe(unknownFigure);
    expect(formatPercent(0 / 0)).toBe(unknownFigure);
  });
});

describe('counts', () => {
  it('are grouped, and short from a million on', () => {
    expect([0, 999, 12_403, 999_999, 1_240_000].map(formatCount)).toEqual([
      '0',
      '999',
      '12,403',
      '999,999',
      '1.24M',
    ]);
  });

  it('agree with their noun', () => {
    expect([0, 1, 2].map((count) => plain(formatCounted(count, 'peer', 'peers')))).toEqual([
      '0 peers',
      '1 peer',
      '2 peers',
    ]);
  });

  it('have no label between whole numbers at an axis', () => {
    expect([0, 0.5, 1, 1500].map(formatAxisCount)).toEqual(['0', '', '1', '1,500']);
  });
});

describe('money', () => {
  it.each([
    [0, 'EUR', '€0.00'],
    [0.05, 'EUR', '€0.05'],
    [0.0085, 'usd', '$0.0085'],
    [12.5, 'USD', '$12.50'],
    [12_345.6, 'EUR', '€12,346'],
    [3.2, 'credits', '3.20 credits'],
    [3.2, '', '3.20'],
  ])('%d %s', (amount, currency, text) => {
    expect(plain(formatMoney(amount, currency))).toBe(text);
  });
});

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [840.4, '840 ms'],
    [999.6, '1.00 s'],
    [1240, '1.24 s'],
    [12_400, '12.4 s'],
    [180_000, '3 min'],
    [null, unknownFigure],
  ])('a span of %d ms', (ms, text) => {
    expect(plain(formatDuration(ms))).toBe(text);
  });

  it.each([
    [0, 'just now'],
    [-5_000, 'just now'],
    [59_999, 'just now'],
    [60_000, '1 minute ago'],
    [3_599_999, '59 minutes ago'],
    [7_200_000, '2 hours ago'],
    [86_400_000 * 12, '12 days ago'],
  ])('%d ms ago', (ms, text) => {
    const now = 1_800_000_000_000;
    expect(formatAgo(now - ms, now)).toBe(text);
  });

  it('a bucket names its day only where several are in sight', () => {
    const from = new Date(2026, 10, 20, 22, 0).getTime();
    const hour = 3_600_000;
    expect(formatBucket(from, from + hour / 4, hour)).toBe('22:00–22:15');
    expect(formatBucket(from, from + 2 * hour, 168 * hour)).toBe('Fri 20 Nov, 22:00–00:00');
    expect(formatBucket(from, from + 24 * hour, 720 * hour)).toBe('Fri 20 Nov');
  });
});

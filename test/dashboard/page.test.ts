import { describe, expect, it } from 'vitest';
import { failureCodes } from '../../protocol/beacon.ts';
import { summaryRanges } from '../../hub/api.ts';
import { ranges, readSelection, writeSelection } from '../../hub/dashboard/address.ts';
import { timeLabels } from '../../hub/dashboard/charts/time-labels.ts';
import { adviceFor, advisedCodes } from '../../hub/dashboard/failure-advice.ts';
import { reconnectDelayMs } from '../../hub/dashboard/live.ts';
import { hourMs } from './fixture.ts';

describe('advice', () => {
  it('is there for every failure that a page can report, and for no other', () => {
    expect([...advisedCodes].sort()).toEqual([...failureCodes].sort());
  });

  it('for an unknown code says that it is not known, and names it', () => {
    expect(adviceFor('constructor').title).toBe('constructor');
    expect(adviceFor('constructor').meaning).toMatch(/does not know/);
  });
});

describe('the address', () => {
  it('keeps site and range, and nothing else: above all no token', () => {
    const selection = readSelection('?token=secret&site=https%3A%2F%2Fa.example&range=7d');
    expect(selection).toEqual({ site: 'https://a.example', range: '7d' });
    expect(writeSelection(selection)).toBe('?site=https%3A%2F%2Fa.example&range=7d');
    expect(writeSelection(readSelection('?token=secret'))).toBe('.');
  });

  it('with an unknown range asks for none', () => {
    expect(readSelection('?range=99y')).toEqual({});
  });

  it('offers every range that the hub answers', () => {
    expect(ranges.map(({ range }) => range)).toEqual([...summaryRanges]);
  });
});

it('reconnecting waits longer after each failure, up to half a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map(reconnectDelayMs)).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});

describe('labels of the time axis', () => {
  const midnight = new Date(2026, 10, 21).getTime();

  it('name the day where one begins, else the time of day', () => {
    const splits = [midnight - 2 * hourMs, midnight, midnight + 2 * hourMs];
    expect(timeLabels(splits, 2 * hourMs, 24 * hourMs)).toEqual(['22:00', '21 Nov', '02:00']);
  });

  it('are days only where many are in sight', () => {
    expect(timeLabels([midnight, midnight + 12 * hourMs], 12 * hourMs, 168 * hourMs)).toEqual(['21 Nov', '']);
  });
});

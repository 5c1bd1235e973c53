import { describe, expect, it } from 'vitest';
import { changedPacks, isOpener, needsChannel } from '../../policy/pack-exchange.ts';
import type { PackState } from '../../protocol/peer-messages.ts';

const infohash = 'a'.repeat(40);
const whole: PackState = { infohash, state: 'whole', wants: false };
const part: PackState = { infohash, state: 'part', wants: false };
const wanting: PackState = { infohash, state: 'none', wants: true };
const nothing: PackState = { infohash, state: 'none', wants: false };

describe('a channel for a pack', () => {
  it('is needed where one wants what the other has, or both want', () => {
    expect(needsChannel(wanting, whole)).toBe(true);
    expect(needsChannel(part, wanting)).toBe(true);
    expect(needsChannel(wanting, wanting)).toBe(true);
  });

  it('is not needed where nobody wants, or there is nothing to have', () => {
    expect(needsChannel(whole, whole)).toBe(false);
    expect(needsChannel(whole, part)).toBe(false);
    expect(needsChannel(wanting, nothing)).toBe(false);
    expect(needsChannel(wanting, undefined)).toBe(false);
    expect(needsChannel(undefined, wanting)).toBe(false);
  });

  it('is opened by one of the two only', () => {
    expect(isOpener('1', '2')).not.toBe(isOpener('2', '1'));
  });
});

describe('what peers are told', () => {
  it('is what has changed, and what is gone', () => {
    const before = new Map([
      [infohash, whole],
      ['b', part],
      ['c', part],
    ]);
    const after = new Map([
      [infohash, whole],
      ['b', { ...part, wants: true }],
      ['d', wanting],
    ]);
    expect(changedPacks(before, after)).toEqual([
      { ...part, wants: true },
      wanting,
      { infohash: 'c', state: 'none', wants: false },
    ]);
    expect(changedPacks(after, after)).toEqual([]);
  });
});

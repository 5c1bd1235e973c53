import { describe, expect, it } from 'vitest';
import {
  deceived,
  gone,
  isCountedOn,
  mayTry,
  proved,
  startProbation,
  trialLeaseMs,
  tried,
} from '../../policy/probation.ts';

describe('a peer on probation', () => {
  it('is asked for one piece until that has proved right, then for any', () => {
    const trial = tried(startProbation, 'a', 'pack/1', 0);
    expect(mayTry(trial, 'a', 'pack/1', 10)).toBe(true);
    expect(mayTry(trial, 'a', 'pack/2', 10)).toBe(false);
    expect(mayTry(trial, 'b', 'pack/2', 10)).toBe(true);
    const proven = proved(trial, ['a']);
    expect(mayTry(tried(proven, 'a', 'pack/2', 20), 'a', 'pack/3', 20)).toBe(true);
  });

  it('may be asked for another one when the first does not move any more, as nobody may want it', () => {
    const trial = tried(tried(startProbation, 'a', 'pack/1', 0), 'a', 'pack/1', 900);
    expect(mayTry(trial, 'a', 'pack/2', 900 + trialLeaseMs)).toBe(false);
    expect(mayTry(trial, 'a', 'pack/2', 901 + trialLeaseMs)).toBe(true);
  });

  it('begins again when it comes back unproven, and not when it had proved itself', () => {
    const left = gone(tried(startProbation, 'a', 'pack/1', 0), 'a');
    expect(left).toEqual(startProbation);
    const proven = gone(proved(tried(startProbation, 'a', 'pack/1', 0), ['a']), 'a');
    expect([...proven.proven]).toEqual(['a']);
  });

  it('is counted on, until somebody has sent a wrong piece: then only who has brought a good one', () => {
    expect(isCountedOn(startProbation, 'a')).toBe(true);
    const wary = deceived(proved(startProbation, ['b']));
    expect(['a', 'b'].map((peer) => isCountedOn(wary, peer))).toEqual([false, true]);
    expect(isCountedOn(proved(wary, ['a']), 'a')).toBe(true);
  });
});

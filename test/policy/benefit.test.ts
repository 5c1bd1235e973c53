import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judged,
  noScore,
  readScores,
  scored,
  sizeClassOf,
  sizeClasses,
  writeScores,
  type Answer,
  type Score,
} from '../../policy/benefit.ts';

const dayMs = 24 * 60 * 60 * 1000;
const MB = 1_000_000;

function after(score: Score, answers: readonly Answer[], nowMs = 0): Score {
  return answers.reduce((sum, answer) => judged(scored(sum, answer), nowMs), score);
}

function times(count: number, answer: Answer): Answer[] {
  return Array.from({ length: count }, () => answer);
}

const http = times(8, { swarmBytes: 0, httpBytes: MB, ms: 200 });
const fine = times(8, { swarmBytes: MB, httpBytes: 0, ms: 350 });
const slow = times(8, { swarmBytes: MB, httpBytes: 0, ms: 1_000 });

describe('the swarm of a visitor', () => {
  it('stays on while it brings at least half of what HTTP brings', () => {
    expect(after(noScore, [...http, ...fine, ...fine]).offUntilMs).toBe(0);
  });

  it('is left off for a day where it takes noticeably longer, and not on a first impression', () => {
    expect(after(noScore, [...http, ...slow.slice(1)]).offUntilMs).toBe(0);
    expect(after(noScore, slow).offUntilMs).toBe(0);
    expect(after(noScore, [...http, ...slow], 5).offUntilMs).toBe(5 + dayMs);
  });

  it('counts an answer that HTTP had to complete as its own', () => {
    const hedged = times(8, { swarmBytes: 1, httpBytes: MB - 1, ms: 1_000 });
    expect(after(noScore, [...http, ...hedged]).offUntilMs).toBe(dayMs);
  });

  it('stays on where nobody would notice', () => {
    const quick = times(8, { swarmBytes: 0, httpBytes: 10_000, ms: 2 });
    const slower = times(40, { swarmBytes: 10_000, httpBytes: 0, ms: 100 });
    expect(after(noScore, [...quick, ...slower]).offUntilMs).toBe(0);
  });

  it('is tried again, has to do better then, and is left off for longer and longer', () => {
    let score = after(noScore, [...http, ...slow]);
    let nowMs = score.offUntilMs - 1;
    expect(judged(score, nowMs)).toBe(score);
    const pauses: number[] = [];
    for (let i = 0; i < 5; i++) {
      nowMs = score.offUntilMs;
      score = judged(score, nowMs);
      expect(score.offUntilMs).toBe(0);
      // 57 % of HTTP would have been enough the first time.
      score = after(score, fine, nowMs);
      pauses.push((score.offUntilMs - nowMs) / dayMs);
    }
    expect(pauses).toEqual([2, 4, 8, 8, 8]);
    score = after(judged(score, score.offUntilMs), times(8, { swarmBytes: MB, httpBytes: 0, ms: 220 }));
    expect(score).toMatchObject({ offUntilMs: 0, offs: 0 });
  });

  it('forgets: what was long ago counts for little', () => {
    const score = after(noScore, [...http, ...fine, ...times(64, { swarmBytes: MB, httpBytes: 0, ms: 100 })]);
    expect(score.swarm.bytes / score.swarm.ms).toBeGreaterThan(0.9 * (MB / 100));
  });

  it('is not off for ever when the clock was wrong', () => {
    const score = { ...after(noScore, [...http, ...slow], 50 * 365 * dayMs) };
    expect(judged(score, 0).offUntilMs).toBe(0);
  });
});

describe('scores', () => {
  it('are the same after they were stored', () => {
    const score = after(noScore, [...http, ...slow], 1_000);
    const text = writeScores(new Map([['large', score]]));
    expect(readScores(text)).toEqual(
      new Map([
        ['small', noScore],
        ['medium', noScore],
        ['large', score],
      ]),
    );
    expect(text.length).toBeLessThan(300);
  });

  it('of any text are finite, and never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(null), fc.stringMatching(/^[-\d. en\n]*$/)), (text) => {
        for (const size of sizeClasses) {
          const score = judged(readScores(text).get(size) ?? noScore, 0);
          expect(score.offUntilMs).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(score.offUntilMs)).toBe(true);
        }
      }),
    );
  });

  it('are kept by size', () => {
    expect([0, 65_535, 65_536, 1024 * 1024 - 1, 1024 * 1024].map(sizeClassOf)).toEqual([
      'small',
      'small',
      'medium',
      'medium',
      'large',
    ]);
  });
});

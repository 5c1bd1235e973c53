/**
 * Whether the swarm does a visitor harm: what it brought beside what plain HTTP brought to the same browser,
 * by the size of assets. Where it takes noticeably longer it is left off for a while, and then tried again.
 */

export const sizeClasses = ['small', 'medium', 'large'] as const;
export type SizeClass = (typeof sizeClasses)[number];

const KiB = 1024;

/** Delay counts for the small ones, rate for the large ones. */
export function sizeClassOf(bytes: number): SizeClass {
  if (bytes < 64 * KiB) return 'small';
  return bytes < 1024 * KiB ? 'medium' : 'large';
}

/** Answers from one source: how many, how long, how much. Old ones fade. */
export interface Tally {
  readonly answers: number;
  readonly bytes: number;
  readonly ms: number;
}

/** What is known of one class. */
export interface Score {
  /** Answers for which peers brought at least a part. */
  readonly swarm: Tally;
  /** Answers of the origin alone. */
  readonly http: Tally;
  /** The swarm is left off until then; 0: it is on. */
  readonly offUntilMs: number;
  /** Times in a row that it was found wanting. */
  readonly offs: number;
}

const noTally: Tally = { answers: 0, bytes: 0, ms: 0 };
export const noScore: Score = { swarm: noTally, http: noTally, offUntilMs: 0, offs: 0 };

export interface Answer {
  readonly swarmBytes: number;
  readonly httpBytes: number;
  readonly ms: number;
}

/** Answers needed from both sides before they are compared; as many as that again, and half of them is forgotten. */
const enoughAnswers = 8;

/** One more answer. */
export function scored(score: Score, { swarmBytes, httpBytes, ms }: Answer): Score {
  const bytes = swarmBytes + httpBytes;
  if (bytes === 0 || ms <= 0) return score;
  return swarmBytes > 0
    ? { ...score, swarm: added(score.swarm, bytes, ms) }
    : { ...score, http: added(score.http, bytes, ms) };
}

function added({ answers, bytes, ms }: Tally, moreBytes: number, moreMs: number): Tally {
  const fade = answers >= 2 * enoughAnswers ? 0.5 : 1;
  return { answers: answers * fade + 1, bytes: bytes * fade + moreBytes, ms: ms * fade + moreMs };
}

/** The swarm's rate has to be at least this part of HTTP's; a class that was off has to do better than that. */
const leastShare = 0.5;
const leastShareAgain = 0.75;
/** Below this nobody notices: the mean time that an answer took longer than over HTTP. */
const noticeableMs = 150;
const dayMs = 24 * 60 * 60 * 1000;
const longestOffMs = 8 * dayMs;

/** Switches a class off or on again. */
export function judged(score: Score, nowMs: number): Score {
  const { swarm, http, offUntilMs, offs } = score;
  if (offUntilMs > 0) {
    // A clock that was set back must not keep it off for ever.
    const isOver = nowMs >= offUntilMs || offUntilMs - nowMs > longestOffMs;
    return isOver ? { ...score, swarm: noTally, offUntilMs: 0 } : score;
  }
  if (swarm.answers < enoughAnswers || http.answers < enoughAnswers) return score;
  const expectedMs = swarm.bytes / (http.bytes / http.ms);
  const lostMs = (swarm.ms - expectedMs) / swarm.answers;
  const share = offs === 0 ? leastShare : leastShareAgain;
  if (expectedMs >= share * swarm.ms || lostMs < noticeableMs) return { ...score, offs: 0 };
  return { ...score, offUntilMs: nowMs + Math.min(dayMs * 2 ** offs, longestOffMs), offs: offs + 1 };
}

/** Scores as text, to be stored. */
export function writeScores(scores: ReadonlyMap<SizeClass, Score>): string {
  return sizeClasses
    .map((size) => {
      const { swarm, http, offUntilMs, offs } = scores.get(size) ?? noScore;
      const numbers = [
        swarm.answers,
        swarm.bytes,
        swarm.ms,
        http.answers,
        http.bytes,
        http.ms,
        offUntilMs,
        offs,
      ];
      return numbers.map(Math.round).join(' ');
    })
    .join('\n');
}

/** The inverse. Other scripts may have written what they like: what makes no sense counts as nothing. */
export function readScores(text: string | null): Map<SizeClass, Score> {
  const lines = (text ?? '').split('\n');
  return new Map(sizeClasses.map((size, index) => [size, readScore(lines[index] ?? '')]));
}

function readScore(line: string): Score {
  const numbers = line.split(' ').map(Number);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, offUntilMs = 0, offs = 0] = numbers;
  if (numbers.length !== 8 || !numbers.every((each) => Number.isFinite(each) && each >= 0)) return noScore;
  return {
    swarm: { answers: a, bytes: b, ms: c },
    http: { answers: d, bytes: e, ms: f },
    offUntilMs,
    offs,
  };
}

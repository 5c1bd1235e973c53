/**
 * The search for members that have what no neighbour has: neighbours are asked, and ask theirs. Links go to random members, so
 * in a swarm of hundreds with as many packs somebody has it, and hardly ever a neighbour. A machine: functions give the next
 * state and what is to be said. What strangers answer is a hint: the worst that it does is a link to a member that is no use.
 */

import type { PackHolders } from '../protocol/peer-messages.ts';

/** Three round trips: until an answer from three hops away is there. */
const answerMs = 300;
/** Within this a member that was named is connected, or will not be; Firefox takes a second for it. */
const connectMs = 1_500;
/** The same pack is not asked for again before. */
const againMs = 10_000;
/** After so many questions in vain nothing waits for answers until one comes. */
const vainLimit = 3;
/** Members that are dialed for one question. */
const dialsLimit = 2;
/** Questions that are remembered. */
const questionsLimit = 500;

interface Question {
  readonly atMs: number;
  /** We want it ourselves. */
  readonly isOurs: boolean;
  /** Until then the origin need not be asked. */
  readonly waitsUntilMs: number;
  /** Neighbours that were asked. */
  readonly asked: ReadonlySet<string>;
  /** Neighbours that wait for the answer. */
  readonly askers: ReadonlySet<string>;
  /** Members that were dialed for it. */
  readonly dials: number;
}

export interface SearchState {
  /** By infohash, in the order in which they were asked. */
  readonly questions: ReadonlyMap<string, Question>;
  /** When somebody was named for us last. */
  readonly foundMs: number;
}

export const startSearch: SearchState = { questions: new Map(), foundMs: -Infinity };

/**
 * We want a pack that none of our neighbours has or wants: `ask` are those who are to be asked. Call it again as long as it is
 * wanted: neighbours that have come since are asked, too.
 */
export function seekPack(
  state: SearchState,
  infohash: string,
  neighbours: readonly string[],
  nowMs: number,
): { readonly state: SearchState; readonly ask: readonly string[] } {
  const before = runningQuestion(state, infohash, nowMs);
  const ask = neighbours.filter((peer) => !before.asked.has(peer));
  if (ask.length === 0) return { state, ask };
  const waits = !before.isOurs && vainQuestions(state, nowMs) < vainLimit;
  const question: Question = {
    ...before,
    isOurs: true,
    waitsUntilMs: waits ? nowMs + answerMs : before.waitsUntilMs,
    asked: new Set([...before.asked, ...ask]),
  };
  return { state: withQuestion(state, infohash, question), ask };
}

/** Until when somebody may be found, on the same clock as `nowMs`; `-Infinity`: it is of no use to wait. */
export function searchEndsMs({ questions }: SearchState, infohash: string): number {
  return questions.get(infohash)?.waitsUntilMs ?? -Infinity;
}

/**
 * A neighbour asks for a pack of which no other neighbour has anything: `ask` are those to whom the question is passed on.
 * Whoever asks the same meanwhile waits for the same answer.
 */
export function passOn(
  state: SearchState,
  infohash: string,
  asker: string,
  neighbours: readonly string[],
  nowMs: number,
): { readonly state: SearchState; readonly ask: readonly string[] } {
  const before = runningQuestion(state, infohash, nowMs);
  const ask = neighbours.filter((peer) => peer !== asker && !before.asked.has(peer));
  const question: Question = {
    ...before,
    asked: new Set([...before.asked, ...ask]),
    askers: new Set([...before.askers, asker]),
  };
  return { state: withQuestion(state, infohash, question), ask };
}

export interface Found {
  readonly state: SearchState;
  /** Who is told, and what. */
  readonly tell: readonly { readonly to: string; readonly holders: PackHolders }[];
  /** Members that we connect to. */
  readonly dial: readonly string[];
}

/** A neighbour that was asked names members. */
export function hearHolders(
  state: SearchState,
  from: string,
  { infohash, peers }: PackHolders,
  nowMs: number,
): Found {
  const question = state.questions.get(infohash);
  if (question?.asked.has(from) !== true || nowMs - question.atMs >= againMs)
    return { state, tell: [], dial: [] };
  const tell = [...question.askers].flatMap((to) => {
    const others = peers.filter((peer) => peer !== to);
    return to === from || others.length === 0 ? [] : [{ to, holders: { infohash, peers: others } }];
  });
  const dial = question.isOurs ? peers.slice(0, Math.max(0, dialsLimit - question.dials)) : [];
  const next: Question = {
    ...question,
    askers: new Set(),
    dials: question.dials + dial.length,
    waitsUntilMs: dial.length > 0 ? nowMs + connectMs : question.waitsUntilMs,
  };
  const foundMs = dial.length > 0 ? nowMs : state.foundMs;
  return { state: { ...withQuestion(state, infohash, next), foundMs }, tell, dial };
}

function runningQuestion({ questions }: SearchState, infohash: string, nowMs: number): Question {
  const known = questions.get(infohash);
  if (known !== undefined && nowMs - known.atMs < againMs) return known;
  return {
    atMs: nowMs,
    isOurs: false,
    waitsUntilMs: -Infinity,
    asked: new Set(),
    askers: new Set(),
    dials: 0,
  };
}

/** Our own since the last answer, whose time is over. */
function vainQuestions({ questions, foundMs }: SearchState, nowMs: number): number {
  const isVain = ({ isOurs, dials, atMs }: Question): boolean =>
    isOurs && dials === 0 && atMs > foundMs && nowMs - atMs >= answerMs;
  return [...questions.values()].filter(isVain).length;
}

function withQuestion(state: SearchState, infohash: string, question: Question): SearchState {
  const questions = new Map(state.questions);
  // The newest last.
  if (questions.get(infohash)?.atMs !== question.atMs) questions.delete(infohash);
  questions.set(infohash, question);
  const [oldest] = questions.keys();
  if (questions.size > questionsLimit && oldest !== undefined) questions.delete(oldest);
  return { ...state, questions };
}

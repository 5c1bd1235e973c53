/** What the swarm has done for this browser, kept in localStorage: a few numbers that all tabs share. */

import {
  judged,
  noScore,
  readScores,
  scored,
  sizeClassOf,
  sizeClasses,
  writeScores,
  type Score,
  type SizeClass,
} from '../../policy/benefit.ts';
import type { Delivered } from '../../protocol/worker-messages.ts';

const key = 'shoal-benefit';

export class Benefit {
  /** Where storage is forbidden they last as long as this page. */
  #scores = stored() ?? readScores(null);

  constructor() {
    this.#judge();
  }

  /** Sizes for which the swarm is left off now. */
  get leftOff(): readonly SizeClass[] {
    return sizeClasses.filter((size) => this.#of(size).offUntilMs > 0);
  }

  /** It is left off for all of them. */
  get isNone(): boolean {
    return this.leftOff.length === sizeClasses.length;
  }

  /** One more answer. The sizes for which the swarm is left off from now on. */
  record(answer: Delivered): readonly SizeClass[] {
    // What came from the cache in part tells nothing about the network.
    if (answer.cacheBytes > 0) return [];
    this.#scores = stored() ?? this.#scores;
    const before = this.leftOff;
    const size = sizeClassOf(answer.swarmBytes + answer.httpBytes);
    this.#scores.set(size, scored(this.#of(size), answer));
    this.#judge();
    try {
      localStorage.setItem(key, writeScores(this.#scores));
    } catch {
      // As above.
    }
    return this.leftOff.filter((each) => !before.includes(each));
  }

  #judge(): void {
    for (const size of sizeClasses) this.#scores.set(size, judged(this.#of(size), Date.now()));
  }

  #of(size: SizeClass): Score {
    return this.#scores.get(size) ?? noScore;
  }
}

function stored(): Map<SizeClass, Score> | undefined {
  try {
    return readScores(localStorage.getItem(key));
  } catch {
    return undefined;
  }
}

import { describe, expect, it } from 'vitest';
import {
  heard,
  queuedRequestsLimit,
  rejectsLimit,
  spoke,
  startConduct,
  talkBurst,
  talkPerSecond,
  type Conduct,
  type Misconduct,
} from '../../policy/conduct.ts';
import type { MessageCounts } from '../../policy/framing.ts';

const pieces = 100;
const none: MessageCounts = { requests: 0, blocks: 0, rejects: 0, others: 0 };

/** What a peer does, step by step, and what we send it; the first misconduct. */
function run(
  steps: readonly {
    readonly we?: Partial<MessageCounts>;
    readonly it?: Partial<MessageCounts>;
    readonly ms?: number;
  }[],
): Misconduct | undefined {
  let conduct: Conduct = startConduct;
  let nowMs = 0;
  for (const { we, it: its, ms = 0 } of steps) {
    nowMs += ms;
    conduct = spoke(conduct, { ...none, ...we });
    const step = heard(conduct, { ...none, ...its }, pieces, nowMs);
    if (step.misconduct !== undefined) return step.misconduct;
    ({ conduct } = step);
  }
  return undefined;
}

describe('the conduct of a peer', () => {
  it('allows as many waiting requests as the limit says, and any number of answered ones', () => {
    expect(run([{ it: { requests: queuedRequestsLimit } }])).toBeUndefined();
    expect(run([{ it: { requests: queuedRequestsLimit + 1 } }])).toBe('too-many-requests');
    const served = { it: { requests: 100 } };
    const serving = { we: { blocks: 90, rejects: 10 }, it: { requests: 100 } };
    expect(run([served, ...Array.from({ length: 1_000 }, () => serving)])).toBeUndefined();
  });

  it('ends with a peer that goes on asking while it is refused', () => {
    const refused = [{ it: { requests: 64 } }, { we: { rejects: 64 } }];
    const times = (count: number) => Array.from({ length: count }, () => refused).flat();
    expect(run(times(4))).toBeUndefined();
    expect(run(times(5))).toBe('too-many-requests');
    const served = { it: { requests: 1 } };
    expect(run([...times(4), served, { we: { blocks: 1 } }, ...times(4)])).toBeUndefined();
  });

  it('takes no block that was not asked for', () => {
    expect(run([{ it: { blocks: 1 } }])).toBe('unasked-block');
    expect(run([{ we: { requests: 2 }, it: { blocks: 2 } }])).toBeUndefined();
    expect(run([{ we: { requests: 2 }, it: { blocks: 2, rejects: 1 } }])).toBe('unasked-block');
  });

  it('ends with a peer that only rejects, not with one that chokes now and then', () => {
    const choke = { we: { requests: 16 }, it: { rejects: 16 } };
    expect(run(Array.from({ length: rejectsLimit / 16 }, () => choke))).toBeUndefined();
    expect(run(Array.from({ length: rejectsLimit / 16 + 1 }, () => choke))).toBe('only-rejects');
    const block = { we: { requests: 1 }, it: { blocks: 1 } };
    expect(run(Array.from({ length: 1_000 }, () => [choke, block]).flat())).toBeUndefined();
  });

  it('bears one word for each piece and some more, and no endless talk', () => {
    expect(run([{ it: { others: talkBurst + pieces } }])).toBeUndefined();
    expect(run([{ it: { others: talkBurst + pieces + 1 } }])).toBe('too-much-talk');
    const calm = Array.from({ length: 10_000 }, () => ({ it: { others: talkPerSecond }, ms: 1_000 }));
    expect(run(calm)).toBeUndefined();
    const busy = Array.from({ length: 100 }, () => ({ it: { others: 2 * talkPerSecond }, ms: 1_000 }));
    expect(run(busy)).toBe('too-much-talk');
  });
});

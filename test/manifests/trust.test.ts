import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Head,
  type HeadContext,
  isStale,
  judgeHead,
  limits,
  openHead,
  openRelease,
  parseHead,
  payloadOf,
} from '../../manifests/index.ts';
import {
  flipBit,
  headJson,
  headSeq,
  type Json,
  newSite,
  refOf,
  releaseJson,
  releaseV,
  seal,
  site,
  verdictOf,
} from './fixture.ts';

const dayMs = 24 * 60 * 60 * 1000;

interface Seen {
  readonly head: Head;
  readonly bytes: Uint8Array;
}

function seen(changes: Json = {}): Seen {
  const bytes = payloadOf(headJson(changes));
  return { head: parseHead(bytes, site), bytes };
}

const trusted = seen({ floor: 1_000 });

/** How a head is judged by a client that trusts {@link trusted}. */
function judge(candidate: Seen, context: Partial<HeadContext> = {}): string {
  const verdict = judgeHead(candidate.head, candidate.bytes, {
    current: trusted,
    rootVersion: 1,
    bakedFloor: 0,
    originTimeMs: headSeq,
    ...context,
  });
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

const firstVisit = { rootVersion: 1, bakedFloor: 0, originTimeMs: headSeq };
const ref = (v: number) => ({ v, sha256: 'ab'.repeat(32), len: 1_000 });

describe('a head, correctly signed,', () => {
  it('that is newer is taken, and the same again is the same', () => {
    expect(judge(seen({ seq: headSeq + 1, floor: 1_000 }))).toBe('newer');
    expect(judge(trusted)).toBe('same');
    expect(judgeHead(trusted.head, trusted.bytes, firstVisit)).toEqual({ kind: 'newer' });
  });

  it('that is older than the one we have is refused [B1]', () => {
    expect(judge(seen({ seq: headSeq - 1, floor: 1_000 }))).toBe('rollback');
  });

  it('that names an older release is refused, although the release is above the floor [B2]', () => {
    expect(judge(seen({ seq: headSeq + 1, floor: 1_000, release: ref(releaseV - 1) }))).toBe('rollback');
    expect(judge(seen({ seq: headSeq + 1, floor: 1_000, release: ref(releaseV + 1) }))).toBe('newer');
  });

  it('that says something else under the same number is refused [B3]', () => {
    expect(judge(seen({ floor: 1_000, mode: 'uninstall' }))).toBe('changed');
    expect(judge({ head: trusted.head, bytes: flipBit(trusted.bytes, 9) })).toBe('changed');
    expect(judge({ head: trusted.head, bytes: trusted.bytes.subarray(1) })).toBe('changed');
  });

  it('that lowers the floor is refused, one that raises it is taken [B4]', () => {
    expect(judge(seen({ seq: headSeq + 1, floor: 999 }))).toBe('floor-lowered');
    expect(judge(seen({ seq: headSeq + 1, floor: 1_001 }))).toBe('newer');
  });

  it('that names a release below any floor is refused, also on a first visit', () => {
    expect(judge(seen({ seq: headSeq + 1, floor: 0, release: ref(999) }))).toBe('revoked');
    expect(judge(seen({ seq: headSeq + 1, floor: 1_000 }), { bakedFloor: releaseV + 1 })).toBe('revoked');
    const { head, bytes } = seen();
    expect(judgeHead(head, bytes, { ...firstVisit, bakedFloor: releaseV })).toEqual({ kind: 'newer' });
    expect(judgeHead(head, bytes, { ...firstVisit, bakedFloor: releaseV + 1 })).toEqual({
      kind: 'refused',
      reason: 'revoked',
    });
  });

  it("from more than a day ahead of the origin's clock is refused [B8]", () => {
    const ahead = (byMs: number) => seen({ seq: headSeq + byMs, floor: 1_000 });
    expect(judge(ahead(limits.fastForwardMs))).toBe('newer');
    expect(judge(ahead(limits.fastForwardMs + 1))).toBe('fast-forward');
    expect(judge(ahead(10 * 365 * dayMs))).toBe('fast-forward');
  });

  it("is refused where the origin's clock cannot be read, instead of never", () => {
    expect(judge(seen({ seq: headSeq + 1, floor: 1_000 }), { originTimeMs: Number.NaN })).toBe(
      'fast-forward',
    );
  });

  it('counts from anew under a new root: a lower number is taken again [B9]', () => {
    const { head, bytes } = seen({ seq: headSeq - 5 * dayMs, root: 2 });
    expect(judgeHead(head, bytes, { ...firstVisit, rootVersion: 2 })).toEqual({ kind: 'newer' });
  });

  it('that speaks of another root than the one that verified it is refused', () => {
    expect(judge(seen({ seq: headSeq + 1, floor: 1_000, root: 2 }))).toBe('root-mismatch');
    expect(judge(trusted, { rootVersion: 2 })).toBe('root-mismatch');
  });

  it('with the largest number that there is is refused before it is judged [B10]', async () => {
    const largest = payloadOf(headJson({ seq: Number.MAX_SAFE_INTEGER }));
    expect(await verdictOf(() => parseHead(largest, site))).toBe('bad-shape');
  });

  it('is judged by its date alone whether it is stale, and stale refuses nothing [B5]', () => {
    const until = (freshUntil: string) => seen({ freshUntil, seq: headSeq + 1, floor: 1_000 });
    const date = '2026-12-20T20:00:00Z';
    const dateMs = Date.UTC(2026, 11, 20, 20);
    expect(isStale(until(date).head, dateMs - 1)).toBe(false);
    expect(isStale(until(date).head, dateMs)).toBe(false);
    expect(isStale(until(date).head, dateMs + 1_000)).toBe(true);
    for (const lateMs of [1_000, 365 * dayMs]) {
      expect(judge(until(date), { originTimeMs: dateMs + lateMs })).toBe('newer');
    }
  });

  it('with a date that no calendar has counts as stale', () => {
    expect(isStale({ ...seen().head, freshUntil: '2026-13-99T99:99:99Z' }, 0)).toBe(true);
    expect(isStale(seen().head, Number.NaN)).toBe(true);
  });
});

describe('the release that a head names', () => {
  let example: Awaited<ReturnType<typeof newSite>>;
  let release: Uint8Array<ArrayBuffer>;

  beforeAll(async () => {
    example = await newSite();
    release = await seal('release', releaseJson(), [example.releaseKey]);
  });

  it('must have the digest, and nobody looks at its signature before [B13]', async () => {
    const right = await refOf(release);
    const unsigned = new Uint8Array(release.length);
    expect(await verdictOf(() => openRelease(release, example.root, right))).toBe('taken');
    expect(await verdictOf(() => openRelease(unsigned, example.root, right))).toBe('wrong-digest');
  });

  it('must have the version [B14]', async () => {
    for (const v of [releaseV - 1, releaseV + 1]) {
      const wrong = await refOf(release, v);
      expect(await verdictOf(() => openRelease(release, example.root, wrong))).toBe('wrong-version');
    }
  });

  it('must have the length, and nobody hashes it before [B15]', async () => {
    const right = await refOf(release);
    for (const len of [release.length - 1, release.length + 1]) {
      expect(
        await verdictOf(() => openRelease(new Uint8Array(release.length), example.root, { ...right, len })),
      ).toBe('wrong-length');
    }
  });

  it('is not another one that the same key signed for the same site', async () => {
    const other = await seal('release', releaseJson({}, {}), [example.releaseKey]);
    const right = await refOf(release);
    expect(['wrong-length', 'wrong-digest']).toContain(
      await verdictOf(() => openRelease(other, example.root, right)),
    );
  });

  it('stays verifiable beside a head that is newer than it', async () => {
    const head = await openHead(
      await seal('head', headJson({ release: await refOf(release) }), [example.headKey]),
      example.root,
    );
    expect((await openRelease(release, example.root, head.release)).v).toBe(head.release.v);
  });
});

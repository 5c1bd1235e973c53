import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  catalogOf,
  type Head,
  isChunk,
  isStale,
  judgeHead,
  openHead,
  openRelease,
  type Release,
  sha256,
  sha256Hex,
  toBase64Url,
  utf8,
} from '../../manifests/index.ts';
import { headJson, headSeq, newSite, refOf, releaseJson, releaseV, seal, verdictOf } from './fixture.ts';

const dayMs = 24 * 60 * 60 * 1000;
type Example = Awaited<ReturnType<typeof newSite>>;
let example: Example;

beforeAll(async () => {
  example = await newSite();
});

interface Published {
  readonly head: Head;
  readonly headBytes: Uint8Array;
  readonly release: Release;
  readonly releaseBytes: Uint8Array;
}

/** The n-th release, in which `/app.js` holds `text`. */
async function published(n: number, text: string, freshUntil = '2026-12-20T20:00:00Z'): Promise<Published> {
  const bytes = utf8(text);
  const entry = { n: bytes.length, h: toBase64Url(await sha256(bytes)), ct: 'text/javascript' };
  const json = releaseJson({ v: releaseV + n, packs: [] }, { '/app.js': entry });
  const releaseBytes = await seal('release', json, [example.releaseKey]);
  const ref = await refOf(releaseBytes, releaseV + n);
  const headBytes = await seal(
    'head',
    headJson({ seq: headSeq + n, release: ref, previous: [], freshUntil }),
    [example.headKey],
  );
  return {
    head: await openHead(headBytes, example.root),
    headBytes,
    release: await openRelease(releaseBytes, example.root, ref),
    releaseBytes,
  };
}

function judge(candidate: Published, current: Published, originTimeMs = headSeq): string {
  const verdict = judgeHead(candidate.head, candidate.headBytes, {
    current: { head: current.head, bytes: current.headBytes },
    rootVersion: 1,
    bakedFloor: 0,
    originTimeMs,
  });
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

async function isServed({ release, releaseBytes }: Published, text: string): Promise<boolean> {
  const asset = catalogOf(release, await sha256Hex(releaseBytes)).find('/app.js');
  return asset !== undefined && isChunk(asset, 0, utf8(text), release.piece, undefined);
}

describe('an update', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('[B18] from a head whose date has passed long ago goes on as from any other', async () => {
    const expired = await published(0, 'one', '2020-01-01T00:00:00Z');
    const next = await published(1, 'two');
    expect(isStale(expired.head, headSeq)).toBe(true);
    expect(judge(next, expired)).toBe('newer');
    expect(isStale(next.head, headSeq)).toBe(false);
  });

  it('[B19] is judged by the time at which it began, however long it takes', async () => {
    const current = await published(0, 'one');
    const startMs = Date.UTC(2026, 11, 20, 19, 59, 59);
    vi.useFakeTimers({ now: startMs });
    const next = await published(1, 'two');
    const before = { verdict: judge(next, current, startMs), stale: isStale(next.head, startMs) };
    // The date passes, and so does a year, while documents come in.
    vi.setSystemTime(startMs + 365 * dayMs);
    expect(await verdictOf(() => openHead(next.headBytes, example.root))).toBe('taken');
    expect(await verdictOf(() => openRelease(next.releaseBytes, example.root, next.head.release))).toBe(
      'taken',
    );
    expect({ verdict: judge(next, current, startMs), stale: isStale(next.head, startMs) }).toEqual(before);
    expect(before).toEqual({ verdict: 'newer', stale: false });
  });

  it('[B23] is not undone by who brings back a file, a release or a head of an earlier one', async () => {
    const texts = ['one', 'two', 'six', 'ten'];
    const all = await Promise.all(texts.map((text, n) => published(n, text)));
    const newest = all.at(-1);
    if (newest === undefined) throw new RangeError('there are four');
    for (const [n, old] of all.entries()) {
      if (old === newest) continue;
      expect(await isServed(old, texts[n] ?? '')).toBe(true);
      expect(await isServed(newest, texts[n] ?? '')).toBe(false);
      expect(await verdictOf(() => openRelease(old.releaseBytes, example.root, newest.head.release))).toMatch(
        /^wrong-(?:digest|length)$/,
      );
      expect(judge(old, newest)).toBe('rollback');
    }
    expect(await isServed(newest, 'ten')).toBe(true);
  });
});

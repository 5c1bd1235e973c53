import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope, judgeHead, parseRelease, type Head } from '../../manifests/index.ts';
import { changeHead } from '../../publisher/change-head.ts';
import { revoke } from '../../publisher/revoke.ts';
import { rollback } from '../../publisher/rollback.ts';
import { disableUnsigned, enable } from '../../publisher/switch.ts';
import { containing, files, noise, opened, project, publishProject, type Project } from './fixture.ts';

const app = 'assets/app.4f3a9c1b.js';

/** Three releases: good, bad, worse. */
async function threeReleases(): Promise<{ made: Project; heads: Seen[] }> {
  const made = await project(files);
  const heads: Seen[] = [];
  for (const seed of [1, 2, 3]) {
    await writeFile(join(made.dist, app), noise(200_000, seed));
    await publishProject(made);
    heads.push(await seen(made));
  }
  return { made, heads };
}

interface Seen {
  readonly head: Head;
  readonly bytes: Uint8Array;
}

/** What a visitor keeps, verified from root to release. */
async function seen({ dist }: Project): Promise<Seen> {
  return { head: (await opened(dist)).head, bytes: await readFile(join(dist, 'shoal/head.json')) };
}

/** As a worker judges it that trusts `current`; `floor`: the one in its own script. */
function verdict(candidate: Seen, current?: Seen, floor = 0): string {
  const { head, bytes } = candidate;
  const known = current === undefined ? {} : { current };
  const judged = judgeHead(head, bytes, {
    ...known,
    rootVersion: head.root,
    bakedFloor: floor,
    originTimeMs: Date.now(),
  });
  return judged.kind === 'refused' ? judged.reason : judged.kind;
}

async function bakedFloor({ dist }: Project): Promise<number> {
  return Number(/"floor":(\d+)/.exec(await readFile(join(dist, 'shoal-sw.js'), 'utf8'))?.[1]);
}

const where = ({ dist, config, browserScripts }: Project) => ({ dir: dist, config, browserScripts });

describe('rolling back', () => {
  test('[M7] is a new release of the old content, which every visitor accepts, whatever they have seen', async () => {
    const { made, heads } = await threeReleases();
    const [good] = heads;
    const old = good?.head.release.sha256 ?? '';
    await writeFile(join(made.dist, app), noise(200_000, 1));
    await rollback({ ...where(made), release: old.slice(0, 10) });
    const back = await seen(made);
    const { release } = await opened(made.dist);
    expect(release.v).toBeGreaterThan(heads[2]?.head.release.v ?? 0);
    const oldBytes = await readFile(join(made.dist, `shoal/release/${old}.json`));
    const { assets, packs } = parseRelease(decodeEnvelope(oldBytes, 'release', oldBytes.length).payload);
    // The same digests and the same packs: nobody fetches again what they still have.
    expect({ assets: release.assets, packs: release.packs }).toEqual({ assets, packs });
    for (const known of [undefined, ...heads]) expect(verdict(back, known)).toBe('newer');
    // And nobody who has seen it can be taken back to the others.
    for (const head of heads) expect(verdict(head, back)).toBe('rollback');
  });

  test('[M7] is refused, and says why, where the folder does not hold the old files', async () => {
    const { made, heads } = await threeReleases();
    const before = await seen(made);
    await rm(join(made.dist, 'data/cities.json'));
    await writeFile(join(made.dist, 'new.txt'), 'new');
    const going = rollback({ ...where(made), release: heads[0]?.head.release.sha256 ?? '' });
    await expect(going).rejects.toMatchObject({
      code: 'refused',
      message: containing('missing  /data/cities.json'),
    });
    await expect(going).rejects.toMatchObject({ message: containing(`differs  /${app}`) });
    await expect(going).rejects.toMatchObject({ message: containing('too much /new.txt') });
    await expect(rollback({ ...where(made), release: 'abcd' })).rejects.toMatchObject({ code: 'usage' });
    expect(await seen(made)).toEqual(before);
  });

  test('takes a release file that is no longer in the history, and revokes what came after', async () => {
    const { made, heads } = await threeReleases();
    const old = heads[0]?.head.release.sha256 ?? '';
    await mkdir(join(made.folder, 'kept'));
    await cp(join(made.dist, `shoal/release/${old}.json`), join(made.folder, 'kept/old.json'));
    await writeFile(join(made.dist, app), noise(200_000, 1));
    await rollback({ ...where(made), release: join(made.folder, 'kept/old.json'), revokeNewer: true });
    const { head } = await opened(made.dist);
    expect(head.floor).toBe((heads[2]?.head.release.v ?? 0) + 1);
    expect(head.previous).toEqual([]);
  });
});

describe('revoking', () => {
  test('raises the floor in head and worker: what is revoked is refused even on a first visit', async () => {
    const { made, heads } = await threeReleases();
    const [good, bad, worse] = heads;
    await revoke(where(made), bad?.head.release.sha256 ?? '');
    const after = await seen(made);
    expect(after.head.release).toEqual(worse?.head.release);
    expect(after.head.previous).toEqual([]);
    const floor = await bakedFloor(made);
    expect(floor).toBe((bad?.head.release.v ?? 0) + 1);
    for (const head of [good, bad]) if (head) expect(verdict(head, undefined, floor)).toBe('revoked');
    expect(verdict(after, worse)).toBe('newer');
  });

  test('[M3] the newest, or a floor that goes down, or a time before the last one, takes nobody back', async () => {
    const { made, heads } = await threeReleases();
    const newest = heads[2]?.head.release.sha256 ?? '';
    await expect(revoke(where(made), newest)).rejects.toMatchObject({
      code: 'refused',
      hint: containing('Publish a better one first'),
    });
    await revoke(where(made), heads[1]?.head.release.sha256 ?? '');
    const { head } = await opened(made.dist);
    await expect(changeHead(where(made), () => ({ floor: head.floor - 1 }))).rejects.toMatchObject({
      code: 'refused',
      message: containing('cannot go down'),
    });
    // An older release is above nothing now: the floor stays where it is, and seq only rises.
    await writeFile(join(made.dist, app), noise(200_000, 9));
    await publishProject(made, { at: '2020-01-01T00:00:00Z' });
    const later = await opened(made.dist);
    expect(later.head.seq).toBeGreaterThan(head.seq);
    expect(later.head.floor).toBe(head.floor);
    expect(later.release.v).toBeGreaterThan(head.release.v);
  });
});

describe('switching off', () => {
  test('signs a head over the same release, whatever is in the folder, and on again', async () => {
    const { made, heads } = await threeReleases();
    const before = heads[2]?.head;
    await rm(made.dist, { recursive: true });
    await mkdir(made.dist);
    await changeHead(where(made), () => ({ mode: 'http-only' }));
    const off = await opened(made.dist);
    expect(off.head).toMatchObject({
      mode: 'http-only',
      release: before?.release,
      previous: before?.previous,
    });
    expect(await enable(where(made))).toMatchObject({ head: { mode: 'on' }, removed: [] });
  });

  test('without a key writes one file, of which publishing warns and which enabling takes away', async () => {
    const { made } = await threeReleases();
    await rm(join(made.folder, '.shoal/keys'), { recursive: true });
    expect(await disableUnsigned(made.dist)).toEqual({ written: ['shoal/disable'] });
    expect((await publishProject(made)).warnings).toEqual([containing('shoal/disable is in the folder')]);
    expect(await enable(where(made))).toMatchObject({ written: [], removed: ['shoal/disable'] });
    expect((await publishProject(made)).warnings).toEqual([]);
    await expect(disableUnsigned(made.folder)).rejects.toMatchObject({
      code: 'usage',
      hint: containing('By hand'),
    });
  });
});

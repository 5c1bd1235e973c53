import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeAtomically } from '../../publisher/output/write.ts';
import { files, noise, opened, project, publishProject, readTree, type Project } from './fixture.ts';

/** Torrent, layers, release and head, each in the history and in the folder. */
const writes = 8;

/** A published site, of which one file has changed since. */
async function changedSite(): Promise<Project> {
  const made = await project(files);
  await publishProject(made);
  await writeFile(join(made.dist, 'assets/app.4f3a9c1b.js'), noise(150_000, 100));
  return made;
}

/** Writes as usual, but the given write ends in the middle, as when the process is killed. */
function killedAt(step: number): (path: string, bytes: Uint8Array) => Promise<void> {
  let count = 0;
  return async (path, bytes) => {
    if (count++ !== step) return writeAtomically(path, bytes);
    const temporary = join(dirname(path), `.${basename(path)}.0123456789ab.tmp`);
    await writeFile(temporary, bytes.subarray(0, bytes.length / 2));
    throw new Error('killed');
  };
}

describe('a run that is killed', () => {
  test.each(Array.from({ length: writes }, (_, step) => step))(
    '[M2] in its write %i leaves the old release valid, and the next run completes the new one',
    async (step) => {
      const made = await changedSite();
      const before = await opened(made.dist);
      await expect(publishProject(made, { write: killedAt(step) })).rejects.toThrow('killed');
      expect(await opened(made.dist)).toEqual(before);

      const report = await publishProject(made);
      expect(report.status).toBe(step < writes / 2 ? 'published' : 'restored');
      const after = await opened(made.dist);
      expect(after.head.release).toEqual(report.release);
      expect(after.head.seq).toBeGreaterThan(before.head.seq);
      expect(after.head.previous).toEqual([before.head.release]);
      const left = [...(await readTree(made.folder)).keys()].filter((path) => path.endsWith('.tmp'));
      expect(left).toEqual([]);
    },
  );

  test('would have been complete with one write more', async () => {
    const made = await changedSite();
    expect((await publishProject(made, { write: killedAt(writes) })).status).toBe('published');
  });
});

test('[M2] the head is written after everything else, a release after its packs', async () => {
  const made = await project(files);
  const { written } = await publishProject(made);
  expect(written.at(-1)).toBe('shoal/head.json');
  const releaseAt = written.findIndex((path) => path.startsWith('shoal/release/'));
  expect(written.slice(0, releaseAt).some((path) => path.startsWith('shoal/pack/'))).toBe(true);
  expect(written.slice(releaseAt).some((path) => path.startsWith('shoal/pack/'))).toBe(false);
});

import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope, fromBase64Url, limits, openFirstRoot } from '../../manifests/index.ts';
import { files, opened, containing, modeOf, project, publishProject, writeTree } from './fixture.ts';

describe('what cannot be published', () => {
  test('is refused: a link out of the folder, a circle, a pipe', async () => {
    const made = await project(files);
    await symlink('/etc/hostname', join(made.dist, 'leak.txt'));
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'walk',
      message: containing('leak.txt'),
    });
    await rm(join(made.dist, 'leak.txt'));
    await symlink('..', join(made.dist, 'assets/up'));
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'walk',
      message: containing('assets/up'),
    });
    await rm(join(made.dist, 'assets/up'));
    execFileSync('mkfifo', [join(made.dist, 'pipe')]);
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'walk',
      message: containing('pipe'),
    });
  });

  test('follows a link within the folder', async () => {
    const made = await project(files);
    await symlink('app.4f3a9c1b.js', join(made.dist, 'assets/latest.js'));
    await publishProject(made);
    const { assets } = (await opened(made.dist)).release;
    expect(assets['/assets/latest.js']?.h).toBe(assets['/assets/app.4f3a9c1b.js']?.h);
  });

  test('never overwrites a file of the site that has one of our names', async () => {
    const made = await project({ ...files, 'shoal.js': 'mine()' });
    await expect(publishProject(made)).rejects.toMatchObject({ code: 'exists' });
    await rm(join(made.dist, 'shoal.js'));
    await writeTree(made.dist, { 'shoal/fish.png': 'x' });
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'exists',
      message: containing('shoal/fish.png'),
    });
    expect(await readFile(join(made.dist, 'shoal/fish.png'), 'utf8')).toBe('x');
  });

  test('refuses a damaged history, a foreign key and a time to come', async () => {
    const made = await project(files);
    await publishProject(made);
    await expect(publishProject(made, { at: '2126-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'usage',
    });
    const headPath = join(made.folder, '.shoal/history/head.json');
    const head = await readFile(headPath);
    await writeFile(headPath, head.subarray(0, 200));
    await expect(publishProject(made)).rejects.toMatchObject({ code: 'state' });
    await writeFile(headPath, head);
    const other = await project(files);
    const key = await readFile(join(other.folder, '.shoal/keys/release.json'));
    await writeFile(join(made.folder, '.shoal/keys/release.json'), key);
    await writeFile(join(made.dist, 'data/cities.json'), '{}');
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'keys',
      message: containing('no key that may sign is here'),
    });
    expect((await opened(made.dist)).head.release.v).toBeGreaterThan(0);
  });
});

describe('init', () => {
  test('keeps keys to their owner, out of git, and overwrites none', async () => {
    const made = await project({});
    for (const role of ['root', 'release', 'head']) {
      expect(await modeOf(join(made.folder, `.shoal/keys/${role}.json`))).toBe(0o600);
    }
    expect(await modeOf(join(made.folder, '.shoal/keys'))).toBe(0o700);
    expect(await readFile(join(made.folder, '.gitignore'), 'utf8')).toContain('.shoal/keys/\n');
    const { init } = await import('../../publisher/index.ts');
    await rm(made.config);
    await expect(init({ folder: made.folder, site: 'https://example.com' })).rejects.toMatchObject({
      code: 'exists',
    });
  });

  test('signs a root that names three different keys', async () => {
    const made = await project({});
    const bytes = await readFile(join(made.folder, '.shoal/root/1.json'));
    const root = await openFirstRoot(bytes, 'https://example.com');
    expect(Object.keys(root.keys)).toHaveLength(3);
    const [signature] = decodeEnvelope(bytes, 'root', limits.rootBytes).signatures;
    expect(root.roles.root.k).toEqual([signature?.keyid]);
    expect(fromBase64Url(signature?.sig ?? '')).toHaveLength(64);
    await mkdir(made.dist, { recursive: true });
    expect((await publishProject(made)).files.listed).toBe(0);
  });
});

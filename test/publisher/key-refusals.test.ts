import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inventory } from '../../publisher/keys/inventory.ts';
import { containing, files, project, publishProject } from './fixture.ts';
import { rotate } from './root-changes.ts';

describe('what is refused', () => {
  test('[M3] a root that no old key signed, a root that is garbage, and another first root', async () => {
    const made = await project(files);
    await publishProject(made);
    const other = await project(files);
    await rotate(other, 'head');
    const second = join(made.folder, '.shoal/root/2.json');
    await writeFile(second, await readFile(join(other.folder, '.shoal/root/2.json')));
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'state',
      message: containing('2.json'),
    });
    await rm(second);
    const first = join(made.folder, '.shoal/root/1.json');
    const own = await readFile(first);
    await writeFile(first, await readFile(join(other.folder, '.shoal/root/1.json')));
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'refused',
      message: containing('no key signed'),
    });
    await writeFile(first, own);
    expect(await publishProject(made)).toMatchObject({ status: 'unchanged' });
  });

  test('[A5] a first root that is garbage ends every build with an error', async () => {
    const made = await project(files);
    const path = join(made.folder, '.shoal/root/1.json');
    const own = await readFile(path);
    for (const garbage of [
      Buffer.alloc(0),
      Buffer.from('garbage'),
      own.subarray(0, 300),
      Buffer.concat([own, own]),
    ]) {
      await writeFile(path, garbage);
      await expect(publishProject(made)).rejects.toMatchObject({
        code: 'state',
        message: containing('1.json'),
      });
    }
    await expect(readFile(join(made.dist, 'shoal-sw.js'))).rejects.toThrow('ENOENT');
  });

  test('[M3] a key that others can read is used, with a warning', async () => {
    const made = await project(files);
    await chmod(join(made.folder, '.shoal/keys/head.json'), 0o644);
    const { warnings } = await publishProject(made);
    expect(warnings).toEqual([containing('head.json can be read by others')]);
    expect((await inventory(made.config)).warnings).toHaveLength(1);
  });

  test('[M3] a key file whose parts do not belong together', async () => {
    const made = await project(files);
    const path = join(made.folder, '.shoal/keys/head.json');
    const text = await readFile(path, 'utf8');
    for (const [name, value] of [
      ['publicKey', 'A'.repeat(43)],
      ['secretKey', 'A'.repeat(43)],
      ['secretKey', 'A'.repeat(42)],
      ['keyid', 'ab'.repeat(32)],
      ['role', 'nobody'],
    ]) {
      await writeFile(path, text.replace(new RegExp(`"${name}": "[^"]*"`), `"${name}": "${value}"`));
      await expect(publishProject(made)).rejects.toMatchObject({ code: 'keys' });
    }
  });
});

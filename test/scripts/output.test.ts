import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Output } from '../../scripts/build/output.ts';
import { testFolder } from '../support/tmp.ts';

describe('the output of a build', () => {
  it('leaves a file alone whose bytes are the same, and replaces one whose bytes are not', async () => {
    const folder = `${await testFolder()}/`;
    await write(folder, { 'a/same.js': '1', 'changed.js': '1' });
    const longAgo = new Date(0);
    for (const path of ['a/same.js', 'changed.js']) await utimes(folder + path, longAgo, longAgo);

    await write(folder, { 'a/same.js': '1', 'changed.js': '2' });

    expect((await stat(`${folder}a/same.js`)).mtimeMs).toBe(0);
    expect((await stat(`${folder}changed.js`)).mtimeMs).toBeGreaterThan(0);
    expect(await readFile(`${folder}changed.js`, 'utf8')).toBe('2');
  });

  it('removes what an earlier build left, and no temporary file stays', async () => {
    const folder = `${await testFolder()}/`;
    await write(folder, { 'old.js': '1', 'kept.js': '1' });
    expect(await write(folder, { 'kept.js': '1' })).toEqual(new Map([['kept.js', 1]]));
    expect(await readdir(folder)).toEqual(['kept.js']);
  });
});

async function write(folder: string, files: Record<string, string>): Promise<ReadonlyMap<string, number>> {
  const output = new Output(folder);
  for (const [path, text] of Object.entries(files)) await output.write(path, text);
  return output.finish();
}

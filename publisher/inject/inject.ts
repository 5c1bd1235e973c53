/** `shoal publish --inject`: the tag for every page of the folder. */

import { readFile } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import { writeAtomically } from '../output/write.ts';
import { tagPath } from '../release/layout.ts';
import { walk } from '../walk/walk.ts';
import { tagHtml } from './tag-html.ts';

/** Tags all HTML files that lack it; gives their paths. `dryRun`: only says which. */
export async function injectTag(dir: string, config: Config, dryRun: boolean): Promise<string[]> {
  const { files } = await walk(dir, config.ignore);
  const tagged: string[] = [];
  for (const { path, absolute } of files.filter((file) => /\.x?html?$/i.test(file.path))) {
    const result = tagHtml(await readFile(absolute), config.base + tagPath);
    if (result.kind !== 'tagged') continue;
    if (!dryRun) await writeAtomically(absolute, result.html);
    tagged.push(path);
  }
  return tagged;
}

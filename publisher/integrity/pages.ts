/** The HTML files of a folder: they are in no release, but integrity concerns them. */

import { readFile } from 'node:fs/promises';
import type { Release } from '../../manifests/index.ts';
import type { Config } from '../config/schema.ts';
import { writeAtomically } from '../output/write.ts';
import { sha256Of } from '../release/content.ts';
import { urlPathOf } from '../walk/url-path.ts';
import { walk, type FoundFile } from '../walk/walk.ts';
import { addIntegrity } from './html.ts';
import { sriOf } from './sri.ts';
import type { HashedUrl } from './waict.ts';

/**
 * Puts `integrity` into all pages; gives the paths of those that changed. Only for URLs that change with their
 * content: at any other, a page and a file of two releases may meet, and the browser would block the file.
 */
export async function addIntegrityToPages(
  dir: string,
  config: Config,
  assets: Release['assets'],
  dryRun: boolean,
): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, absolute } of await pagesOf(dir, config)) {
    const page = config.site + urlPathOf(path, config.base);
    const html = await readFile(absolute);
    const after = addIntegrity(html, (written) => {
      const url = URL.parse(written, page);
      const asset = url?.origin === config.site ? assets[url.pathname + url.search] : undefined;
      return asset?.im === true ? sriOf(asset.h) : undefined;
    });
    if (Buffer.compare(after, html) === 0) continue;
    if (!dryRun) await writeAtomically(absolute, after);
    changed.push(path);
  }
  return changed;
}

/** What each page's URL holds; an `index.html` is at its folder's URL, too. */
export async function hashPages(dir: string, config: Config): Promise<HashedUrl[]> {
  const hashed: HashedUrl[] = [];
  for (const { path, absolute } of await pagesOf(dir, config)) {
    const h = Buffer.from(sha256Of(await readFile(absolute)), 'hex').toString('base64url');
    const url = urlPathOf(path, config.base);
    hashed.push({ path: url, h, isWasm: false });
    if (/(?:^|\/)index\.html$/.test(url)) {
      hashed.push({ path: url.slice(0, -'index.html'.length), h, isWasm: false });
    }
  }
  return hashed;
}

async function pagesOf(dir: string, config: Config): Promise<FoundFile[]> {
  const { files } = await walk(dir, config.ignore);
  return files.filter(({ path }) => /\.x?html?$/i.test(path));
}

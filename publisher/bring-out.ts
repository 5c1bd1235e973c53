/** From content to signed files in the folder. */

import { join } from 'node:path';
import { passphrasesFrom, type Passphrases } from './keys/passphrase.ts';
import { waictHeader } from './integrity/waict.ts';
import { integrityFiles } from './integrity/files.ts';
import { bakedScripts } from './output/baked.ts';
import { differing, removeOld, removeOldHistory, writeFiles } from './output/deploy.ts';
import { releaseFileSet, type FileSet } from './output/edition-files.ts';
import { writeAtomically, type WriteFile } from './output/write.ts';
import { readIfThere } from './read.ts';
import type { ReleaseContent } from './release/content.ts';
import { historyHeadName, historyPaths, publishedPaths, requireSameHistory } from './release/history.ts';
import { disablePath, headPath, integrityMapPath, rootPath } from './release/layout.ts';
import { planEdition, type Wishes } from './release/plan.ts';
import { sealEdition, type Edition } from './release/seal.ts';
import { signer } from './signing/signer.ts';
import type { OpenedRequest } from './signing/request.ts';
import { historyFolderOf, type SiteState } from './site-state.ts';

/** How it is done; all optional. */
export interface Ways {
  /** Work out everything, write nothing. */
  readonly dryRun?: boolean;
  /** How files are written; default: atomically. */
  readonly write?: WriteFile;
  /** Who is asked for the passphrases of encrypted keys; default: file, environment, terminal. */
  readonly passphrases?: Passphrases;
}

/** What was brought out. */
export interface BroughtOut {
  readonly edition: Edition;
  /** Files written, relative to the folder, in order. */
  readonly written: readonly string[];
  readonly warnings: readonly string[];
  /** The header field that pages should be sent with, if there is a WAICT manifest. */
  readonly waictHeader: string | undefined;
}

/** Signs what is new and writes it, the head last. `request`: what others have signed of it. @throws PublisherError. */
export async function bringOut(
  site: SiteState,
  content: ReleaseContent,
  wishes: Wishes,
  ways: Ways,
  request?: OpenedRequest,
): Promise<BroughtOut> {
  const warnings = await standingWarnings(site);
  const root = site.roots.newest;
  const plan = await planEdition(content, site.history, root, wishes);
  const passphrases = ways.passphrases ?? passphrasesFrom(process.env);
  const sign = signer(site, passphrases, (warning) => warnings.push(warning), request);
  const edition = await sealEdition(plan, root, sign);
  const baked = await bakedScripts(site.project.config, site.scripts, site.firstRoot, edition.head);
  const integrity = await integrityFiles(site, edition, baked);
  const files = siteFileSet(edition, site, new Map([...baked, ...integrity]));
  const written =
    ways.dryRun === true
      ? await differing(site.dir, files)
      : await deploy(site, edition, files, ways.write ?? writeAtomically);
  const waict = [...integrity.keys()].find((path) => path !== integrityMapPath);
  const header = waict === undefined ? undefined : waictHeader(site.project.config.base + waict);
  return { edition, written, warnings, waictHeader: header };
}

async function standingWarnings({ dir }: SiteState): Promise<string[]> {
  if ((await readIfThere(join(dir, disablePath))) === undefined) return [];
  return [
    `${disablePath} is in the folder: workers stand aside while it is served. \`shoal enable\` removes it`,
  ];
}

/** All files of Shoal in the published folder, the head last. */
function siteFileSet(edition: Edition, { roots }: SiteState, baked: FileSet): FileSet {
  return new Map([
    ...releaseFileSet(edition, publishedPaths),
    ...roots.documents.map((bytes, i) => [rootPath(i + 1), bytes] as const),
    ...baked,
    [headPath, edition.headBytes] as const,
  ]);
}

/**
 * Writes our own record first: were it the other way round, a run that ends in between would have
 * told visitors of a `seq` that the next run does not know.
 */
async function deploy(
  site: SiteState,
  edition: Edition,
  files: FileSet,
  write: WriteFile,
): Promise<string[]> {
  const historyFolder = historyFolderOf(site.project);
  const record = new Map([
    ...releaseFileSet(edition, historyPaths),
    [historyHeadName, edition.headBytes] as const,
  ]);
  await requireSameHistory(historyFolder, site.history);
  await writeFiles(historyFolder, record, write);
  const written = await writeFiles(site.dir, files, write);
  await removeOld(site.dir, new Set(files.keys()));
  await removeOldHistory(historyFolder, new Set(record.keys()));
  return written;
}

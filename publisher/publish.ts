/** `shoal publish`: from a folder of files to a signed release in the same folder. */

import { join, resolve } from 'node:path';
import { fingerprintOf, type Mode } from '../manifests/index.ts';
import { releaseTimeMs } from './clock.ts';
import { loadProject, type Project } from './config/load.ts';
import { hashSite } from './hash/hash-site.ts';
import { injectTag } from './inject/inject.ts';
import { labelFiles } from './labels/label.ts';
import { bakedScripts } from './output/baked.ts';
import { readBrowserScripts } from './output/browser-scripts.ts';
import { differing, removeOld, removeOldHistory, requireOwnGround, writeFiles } from './output/deploy.ts';
import { releaseFileSet, type FileSet } from './output/edition-files.ts';
import { writeAtomically, type WriteFile } from './output/write.ts';
import { silentProgress, type Progress } from './progress.ts';
import { releaseContent } from './release/content.ts';
import { historyHeadName, historyPaths, publishedPaths, readHistory } from './release/history.ts';
import { isReadableByOthers, readKey } from './release/keys.ts';
import { headPath, rootPath } from './release/layout.ts';
import { nextEdition, type Edition, type KeySource } from './release/next.ts';
import { readRootChain, type RootChain } from './release/roots.ts';
import { reportOf, type PublishReport } from './report.ts';
import { walk } from './walk/walk.ts';

/** How a folder is published. */
export interface PublishOptions {
  /** The folder to publish; the release is written into it. */
  readonly dir: string;
  /** Path of `shoal.config.json`; default: in the current folder. */
  readonly config?: string;
  /** Put the tag into every HTML file that lacks it. */
  readonly inject?: boolean;
  /** Work out everything, write nothing. */
  readonly dryRun?: boolean;
  /** What workers do from now on; default: what the last head said, `on` at first. */
  readonly mode?: Mode;
  /** Time of the release, ISO 8601; default: SOURCE_DATE_EPOCH, or now. */
  readonly at?: string;
  readonly progress?: Progress;
  /** Folder of `shoal.js`, `shoal-sw.js` and `engine.js` as built; default: those of this package. */
  readonly browserScripts?: string;
  /** How files are written; default: atomically. */
  readonly write?: WriteFile;
}

/**
 * Publishes a folder in place. Nothing a visitor sees changes before the last file, the head.
 * @throws PublisherError
 */
export async function publish(options: PublishOptions): Promise<PublishReport> {
  const dir = resolve(options.dir);
  const dryRun = options.dryRun === true;
  const project = await loadProject(options.config);
  const { config } = project;
  const timeMs = releaseTimeMs(options.at, process.env, Date.now());
  const roots = await readRootChain(join(project.folder, '.shoal/root'), config.site);
  const scripts = await readBrowserScripts(options.browserScripts);
  await requireOwnGround(dir);

  const injected = options.inject === true ? await injectTag(dir, config, dryRun) : [];
  const labelled = labelFiles((await walk(dir, config.ignore)).files, config);
  const hashed = await hashSite(labelled, {
    cacheFolder: join(project.folder, '.shoal/cache'),
    chunkBytes: config.chunkBytes,
    progress: options.progress ?? silentProgress,
    remember: !dryRun,
  });
  const content = releaseContent(hashed.files, hashed.packs, config);

  const historyFolder = join(project.folder, '.shoal/history');
  const history = await readHistory(historyFolder, dir, roots.newest);
  const warnings: string[] = [];
  const edition = await nextEdition(
    content,
    history,
    roots.newest,
    timeMs,
    keysOf(project, warnings),
    options.mode,
  );
  const baked = await bakedScripts(config, scripts, firstOf(roots), edition.head);
  const site = siteFileSet(edition, roots, baked);

  const written = dryRun
    ? await differing(dir, site)
    : await deploy(dir, historyFolder, edition, site, options.write ?? writeAtomically);
  const fingerprint = await fingerprintOf(firstOf(roots));
  return reportOf({ dryRun, edition, history, labelled, hashed, injected, written, warnings, fingerprint });
}

/** All files of Shoal in the published folder, the head last. */
function siteFileSet(edition: Edition, roots: RootChain, baked: FileSet): FileSet {
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
  dir: string,
  historyFolder: string,
  edition: Edition,
  site: FileSet,
  write: WriteFile,
): Promise<string[]> {
  const record = new Map([
    ...releaseFileSet(edition, historyPaths),
    [historyHeadName, edition.headBytes] as const,
  ]);
  await writeFiles(historyFolder, record, write);
  const written = await writeFiles(dir, site, write);
  await removeOld(dir, new Set(site.keys()));
  await removeOldHistory(historyFolder, new Set(record.keys()));
  return written;
}

function keysOf(project: Project, warnings: string[]): KeySource {
  return async (role) => {
    const path = resolve(project.folder, project.config.keys[role]);
    const key = await readKey(path, role);
    if (await isReadableByOthers(path)) warnings.push(`${path} can be read by others: run chmod 600 on it`);
    return key;
  };
}

function firstOf({ documents: [first] }: RootChain): Uint8Array {
  if (first === undefined) throw new TypeError('a chain of roots has a first one');
  return first;
}

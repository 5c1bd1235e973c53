/** `shoal publish`: from a folder of files to a signed release in the same folder. */

import { join } from 'node:path';
import { fingerprintOf, type Mode } from '../manifests/index.ts';
import { bringOut, type Ways } from './bring-out.ts';
import { releaseTimeMs } from './clock.ts';
import { hashSite, type HashedSite } from './hash/hash-site.ts';
import { injectTag } from './inject/inject.ts';
import { addIntegrityToPages } from './integrity/pages.ts';
import { lookAlikes } from './labels/look-alikes.ts';
import { labelFiles, type LabelledFile } from './labels/label.ts';
import { silentProgress, type Progress } from './progress.ts';
import { releaseContent, requireAssetCount, type ReleaseContent } from './release/content.ts';
import type { Wishes } from './release/plan.ts';
import { reportOf, type PublishReport } from './report.ts';
import { openFor, prepare, type Preparation } from './signing/preparation.ts';
import { exclusively, type Places, type SiteState } from './site-state.ts';
import { walk } from './walk/walk.ts';

/** How a folder is published. */
export interface PublishOptions extends Places, Ways {
  /** Put the tag into every HTML file that lacks it. */
  readonly inject?: boolean;
  /** What workers do from now on; default: what the last head said, `on` at first. */
  readonly mode?: Mode;
  /** Time of the release, ISO 8601; default: SOURCE_DATE_EPOCH, or now. */
  readonly at?: string;
  readonly progress?: Progress;
  /** Path of a signing request that others have signed. Its time is that of the release; all else must be as it was. */
  readonly finish?: string;
}

/**
 * Publishes a folder in place. Nothing a visitor sees changes before the last file, the head.
 * @throws PublisherError
 */
export async function publish(options: PublishOptions): Promise<PublishReport> {
  return exclusively(options, async (site) => {
    const { content, ...found } = await read(site, options);
    const request = options.finish === undefined ? undefined : await openFor(options.finish, site);
    const brought = await bringOut(site, content, wishesOf(options, request?.timeMs), options, request);
    const fingerprint = await fingerprintOf(site.firstRoot);
    const { history } = site;
    const dryRun = options.dryRun === true;
    const warnings = [...brought.warnings, ...lookAlikes(found.labelled)];
    return reportOf({ ...brought, ...found, warnings, dryRun, history, fingerprint });
  });
}

/** Writes a request for the signatures that a release of the folder needs, and no release. @throws PublisherError. */
export async function preparePublish(options: PublishOptions, path: string): Promise<Preparation> {
  return exclusively(options, async (site) => {
    const { content } = await read(site, options);
    return prepare(site, content, wishesOf(options), path);
  });
}

interface ReadSite {
  readonly injected: readonly string[];
  readonly withIntegrity: readonly string[];
  readonly labelled: readonly LabelledFile[];
  readonly hashed: HashedSite;
  readonly content: ReleaseContent;
}

/** Looks at every file of the folder. @throws PublisherError. */
export async function read(site: SiteState, options: PublishOptions): Promise<ReadSite> {
  const { config, folder } = site.project;
  const dryRun = options.dryRun === true;
  const injected = options.inject === true ? await injectTag(site.dir, config, dryRun) : [];
  const labelled = labelFiles((await walk(site.dir, config.ignore)).files, config);
  requireAssetCount(labelled.filter(({ label }) => label !== 'out').length);
  const hashed = await hashSite(labelled, {
    cacheFolder: join(folder, '.shoal/cache'),
    chunkBytes: config.chunkBytes,
    progress: options.progress ?? silentProgress,
    remember: !dryRun,
  });
  const content = releaseContent(hashed.files, hashed.packs, config);
  const { assets } = content.unversioned;
  const withIntegrity = config.integrity.html
    ? await addIntegrityToPages(site.dir, config, assets, dryRun)
    : [];
  return { injected, withIntegrity, labelled, hashed, content };
}

function wishesOf({ at, mode }: PublishOptions, preparedMs?: number): Wishes {
  return {
    timeMs: preparedMs ?? releaseTimeMs(at, process.env, Date.now()),
    ...(mode === undefined ? {} : { mode }),
  };
}

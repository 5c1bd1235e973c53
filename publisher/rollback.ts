/** `shoal rollback`: an old tree as a new release, because visitors never accept one that is older than what they have. */

import type { Release } from '../manifests/index.ts';
import { bringOut } from './bring-out.ts';
import { releaseTimeMs } from './clock.ts';
import { diffReleases } from './diff/diff.ts';
import { PublisherError } from './errors.ts';
import { findContent } from './find-release.ts';
import { read, type PublishOptions } from './publish.ts';
import { withVersion, type ReleaseContent } from './release/content.ts';
import type { Wishes } from './release/plan.ts';
import type { ChangeReport } from './change-head.ts';
import { openFor, prepare, type Preparation } from './signing/preparation.ts';
import { exclusively, type SiteState } from './site-state.ts';

/** How an old release is brought back. */
export interface RollbackOptions extends PublishOptions {
  /** Which one: first digits of its SHA-256, its time, or a release file, folder or URL. */
  readonly release: string;
  /** Also revoke every release that is newer than it. */
  readonly revokeNewer?: boolean;
}

/** Publishes the folder, which must hold the files of that release. @throws PublisherError `refused` when it does not. */
export async function rollback(options: RollbackOptions): Promise<ChangeReport> {
  return exclusively(options, async (site) => {
    const content = await oldContent(site, options);
    const request = options.finish === undefined ? undefined : await openFor(options.finish, site);
    const wishes = wishesOf(site, options, request?.timeMs);
    const { edition, ...rest } = await bringOut(site, content, wishes, options, request);
    return { head: edition.head, ...rest };
  });
}

/** The same as a request. @throws PublisherError. */
export async function prepareRollback(options: RollbackOptions, path: string): Promise<Preparation> {
  return exclusively(options, async (site) => {
    const content = await oldContent(site, options);
    return prepare(site, content, wishesOf(site, options), path);
  });
}

/** The folder's content, once it is sure that it is that of the old release. */
async function oldContent(site: SiteState, options: RollbackOptions): Promise<ReleaseContent> {
  const old = await findContent(site.history, options.release);
  const { content } = await read(site, options);
  requireSameFiles(old, withVersion(content.unversioned, old.v), options);
  return content;
}

function requireSameFiles(old: Release, folder: Release, { dir, release }: RollbackOptions): void {
  const { added, removed, changed } = diffReleases(old, folder);
  const lines = [
    ...removed.map(({ path }) => `  missing  ${path}`),
    ...changed.map(({ path }) => `  differs  ${path}`),
    ...added.map(({ path }) => `  too much ${path}`),
  ];
  if (lines.length === 0) return;
  const shown = lines.length > 20 ? [...lines.slice(0, 20), `  and ${lines.length - 20} more`] : lines;
  throw new PublisherError(
    'refused',
    `${dir} does not hold the files of ${release}:\n${shown.join('\n')}`,
    'Check out and build the version that it was made of, then run this again. If it cannot be built the same way, `shoal publish` it as it is.',
  );
}

/** With `revokeNewer` the floor is the new release's own version: everything before it is revoked. */
function wishesOf(site: SiteState, { at, revokeNewer }: RollbackOptions, preparedMs?: number): Wishes {
  const timeMs = preparedMs ?? releaseTimeMs(at, process.env, Date.now());
  const newest = site.history.head?.head.release.v ?? 0;
  return revokeNewer === true ? { timeMs, floor: newest + 1 } : { timeMs };
}

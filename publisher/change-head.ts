/** A new head over the release that is there: another mode, a higher floor. */

import type { Head, Release } from '../manifests/index.ts';
import { bringOut, type Ways } from './bring-out.ts';
import { releaseTimeMs } from './clock.ts';
import { PublisherError } from './errors.ts';
import type { ReleaseContent } from './release/content.ts';
import type { History, ReleaseFiles } from './release/history.ts';
import type { Wishes } from './release/plan.ts';
import { openFor, prepare, type Preparation } from './signing/preparation.ts';
import { exclusively, type Places } from './site-state.ts';

/** How a head is changed. */
export interface ChangeOptions extends Places, Ways {
  /** Time of the head, ISO 8601; default: SOURCE_DATE_EPOCH, or now. */
  readonly at?: string;
  /** Path of a signing request that others have signed. */
  readonly finish?: string;
}

/** What was signed and written. */
export interface ChangeReport {
  readonly head: Head;
  readonly written: readonly string[];
  readonly warnings: readonly string[];
}

/** What is wished, once it is known what was published. @throws PublisherError. */
export type WishFor = (history: History) => Omit<Wishes, 'timeMs'>;

/** Signs and writes the new head; its release stays the same. @throws PublisherError. */
export async function changeHead(options: ChangeOptions, wish: WishFor): Promise<ChangeReport> {
  return exclusively(options, async (site) => {
    const request = options.finish === undefined ? undefined : await openFor(options.finish, site);
    const wishes = wishesOf(options, wish(site.history), request?.timeMs);
    const { edition, ...rest } = await bringOut(site, newestContent(site.history), wishes, options, request);
    return { head: edition.head, ...rest };
  });
}

/** The same as a request to those who have the keys. @throws PublisherError. */
export async function prepareChange(
  options: ChangeOptions,
  wish: WishFor,
  path: string,
): Promise<Preparation> {
  return exclusively(options, async (site) => {
    const wishes = wishesOf(options, wish(site.history));
    return prepare(site, newestContent(site.history), wishes, path);
  });
}

function wishesOf({ at }: ChangeOptions, wished: Omit<Wishes, 'timeMs'>, preparedMs?: number): Wishes {
  return { timeMs: preparedMs ?? releaseTimeMs(at, process.env, Date.now()), ...wished };
}

/** What visitors are shown now, as if it were to be published. @throws PublisherError `state`. */
function newestContent({ head, releases }: History): ReleaseContent {
  const newest = releases.find(({ ref }) => ref.sha256 === head?.head.release.sha256);
  if (newest === undefined) throw nothingPublished();
  return contentOf(newest);
}

function contentOf({ release, layers, torrents }: ReleaseFiles): ReleaseContent {
  const { v: _, ...unversioned }: Release = release;
  return { unversioned, layers, torrents };
}

/** There is no release to speak of. */
export function nothingPublished(): PublisherError {
  return new PublisherError(
    'state',
    'no release is known here that was published',
    'Get .shoal/history/ from your repository, or run `shoal publish` first.',
  );
}

/** Which release somebody means. */

import type { Release, ReleaseRef } from '../manifests/index.ts';
import { nothingPublished } from './change-head.ts';
import { releaseAt } from './diff/release-at.ts';
import { PublisherError } from './errors.ts';
import type { History } from './release/history.ts';

/** All releases that the newest head knows, the newest first. @throws PublisherError `state`. */
function knownReleases({ head }: History): readonly ReleaseRef[] {
  if (head === undefined) throw nothingPublished();
  return [head.head.release, ...head.head.previous];
}

/** A release by the first digits of its SHA-256, its version or its time. @throws PublisherError `usage`. */
export function findRelease(history: History, name: string): ReleaseRef {
  const known = knownReleases(history);
  const found = known.filter(({ sha256, v }) => {
    const isDigest = /^[0-9a-f]{4,64}$/.test(name) && sha256.startsWith(name);
    return isDigest || String(v) === name || new Date(v).toISOString() === name;
  });
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const list = known.map(({ v, sha256 }) => `  ${sha256.slice(0, 16)}  ${new Date(v).toISOString()}`);
  throw new PublisherError(
    'usage',
    `${name} names ${found.length === 0 ? 'none' : 'several'} of the releases that are known here:\n${list.join('\n')}`,
    'Give the first digits of its SHA-256, or its time as shown. What was revoked is not shown: `shoal publish` brings the folder up to date.',
  );
}

/** The same with what is in it, also from a published folder, a URL or a release file. @throws PublisherError. */
export async function findContent(history: History, name: string): Promise<Release> {
  if (/[/.]/.test(name) && !/^\d{4}-/.test(name)) return releaseAt(name);
  const ref = findRelease(history, name);
  const found = history.releases.find(({ ref: { sha256 } }) => sha256 === ref.sha256);
  if (found !== undefined) return found.release;
  throw new PublisherError(
    'state',
    `the documents of ${ref.sha256.slice(0, 16)} are not here any more`,
    'Get .shoal/history/ from your repository, or give its release file.',
  );
}

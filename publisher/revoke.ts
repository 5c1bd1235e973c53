/** `shoal revoke`: nobody is to be shown this release, or an older one, again. */

import type { Head, ReleaseRef } from '../manifests/index.ts';
import {
  changeHead,
  prepareChange,
  type ChangeOptions,
  type ChangeReport,
  type WishFor,
} from './change-head.ts';
import { PublisherError } from './errors.ts';
import { findRelease } from './find-release.ts';
import type { History } from './release/history.ts';
import type { Preparation } from './signing/preparation.ts';

/** Raises the floor above a release. @throws PublisherError `refused` when it is the newest. */
export function revoke(options: ChangeOptions, release: string): Promise<ChangeReport> {
  return changeHead(options, floorAbove(release));
}

/** The same as a request. @throws PublisherError. */
export function prepareRevoke(options: ChangeOptions, release: string, path: string): Promise<Preparation> {
  return prepareChange(options, floorAbove(release), path);
}

function floorAbove(name: string): WishFor {
  return (history) => ({ floor: floorOver(findRelease(history, name), history) });
}

/** The lowest floor that revokes a release. @throws PublisherError `refused`. */
function floorOver({ v, sha256 }: ReleaseRef, { head }: History): number {
  const newest: Head | undefined = head?.head;
  if (newest !== undefined && v < newest.release.v) return Math.max(newest.floor, v + 1);
  throw new PublisherError(
    'refused',
    `${sha256.slice(0, 16)} is the newest release: with it revoked, visitors would have none`,
    'Publish a better one first, or `shoal rollback` to an earlier one, and revoke this one then.',
  );
}

/** The two ends of offline signing at the machine that publishes: what --prepare wrote, what --finish takes back. */

import { fromUtf8, payloadOf } from '../../manifests/index.ts';
import { notAhead } from '../clock.ts';
import { PublisherError } from '../errors.ts';
import type { ReleaseContent } from '../release/content.ts';
import { planEdition, type Plan, type Wishes } from '../release/plan.ts';
import type { SiteState } from '../site-state.ts';
import {
  emptyRequest,
  isFor,
  readRequest,
  writeRequest,
  type OpenedRequest,
  type SigningRequest,
} from './request.ts';

/** What was prepared. */
export interface Preparation {
  /** Where the request is. */
  readonly path: string;
  /** Absent: nothing has to be signed, and nothing was written. */
  readonly request: SigningRequest | undefined;
}

/** Writes a request for what is new instead of signing it. @throws PublisherError. */
export async function prepare(
  { roots, history }: SiteState,
  content: ReleaseContent,
  wishes: Wishes,
  path: string,
): Promise<Preparation> {
  const plan = await planEdition(content, history, roots.newest, wishes);
  const edition = editionOf(plan, wishes.timeMs);
  if (edition === undefined) return { path, request: undefined };
  const request = { ...emptyRequest(roots.newest.site, roots.documents), edition };
  await writeRequest(path, request);
  return { path, request };
}

/** What is to be signed; `undefined`: all of it is. */
function editionOf({ release, head }: Plan, timeMs: number): SigningRequest['edition'] {
  if (head.kind === 'kept') return undefined;
  const { t, spec, site, seq, root, ...rest } = head.draft;
  const ref = release.kind === 'kept' ? release.files.ref : null;
  const payload = release.kind === 'kept' ? undefined : fromUtf8(payloadOf(release.release));
  return {
    timeMs,
    release: payload === undefined ? null : { payload, signatures: [] },
    head: { fields: { t, spec, site, seq, root, release: ref, ...rest }, signatures: [] },
  };
}

/**
 * A request for a release or head of this site. Its time is the one thing that is taken from it: everything
 * else is worked out again, so that who changes it on its way does not have it signed by the keys here.
 */
export interface PreparedEdition extends OpenedRequest {
  readonly timeMs: number;
}

/** Reads a request that is to be finished. @throws PublisherError `refused`, `io`. */
export async function openFor(path: string, site: SiteState): Promise<PreparedEdition> {
  const opened = await readRequest(path);
  const { edition } = opened.request;
  if (edition === undefined) {
    throw new PublisherError('refused', `${path} is for a root`, 'Use `shoal keys finish` for it.');
  }
  if (!isFor(opened.request, site.roots.documents)) {
    throw new PublisherError(
      'refused',
      `${path} was prepared for other keys than those in .shoal/root/`,
      'Prepare it again, and have that signed.',
    );
  }
  return { ...opened, timeMs: notAhead(edition.timeMs, Date.now()) };
}

/** The next release and head, signed: what follows from the content and from what was published before. */

import {
  encodeEnvelope,
  ManifestError,
  openHead,
  openRelease,
  payloadOf,
  signDocument,
  type Head,
  type Mode,
  type Release,
  type ReleaseRef,
  type Root,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { sha256Of, withVersion, type ReleaseContent } from './content.ts';
import type { History, ReleaseFiles } from './history.ts';
import type { SigningKey } from './keys.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How long a head counts as fresh. */
const freshMs = 30 * dayMs;
/** With less than this left, publishing unchanged content signs a new head. */
const renewMs = 20 * dayMs;
/** How many earlier releases open pages may go on using. */
const keptReleases = 3;

/** How keys are come by: only when something has to be signed. */
export type KeySource = (role: 'release' | 'head') => Promise<SigningKey>;

/** What is to be deployed. */
export interface Edition {
  readonly release: ReleaseFiles;
  readonly previous: readonly ReleaseFiles[];
  readonly head: Head;
  readonly headBytes: Uint8Array;
  readonly isNewRelease: boolean;
  readonly isNewHead: boolean;
}

/** Decides what is new and signs that; without a wanted mode the last one stays. @throws PublisherError `keys`, `refused`, `limit`. */
export async function nextEdition(
  content: ReleaseContent,
  history: History,
  root: Root,
  timeMs: number,
  keys: KeySource,
  wantedMode?: Mode,
): Promise<Edition> {
  const mode = wantedMode ?? history.head?.head.mode ?? 'on';
  const current = await currentRelease(history, root);
  const isSame = current !== undefined && isSameContent(current.release, content.unversioned);
  const floor = history.head?.head.floor ?? 0;
  const version = Math.max(timeMs, (history.head?.head.release.v ?? 0) + 1, floor);
  const release = isSame ? current : await signRelease(content, version, root, keys);
  const kept = isSame ? await currentHead(history, root, timeMs, mode) : undefined;
  const allowed = isSame ? (history.head?.head.previous ?? []) : history.releases.map(({ ref }) => ref);
  const previous = history.releases
    .filter(({ ref }) => ref.sha256 !== release.ref.sha256 && ref.v >= floor)
    .filter(({ ref }) => allowed.some(({ sha256 }) => sha256 === ref.sha256))
    .slice(0, keptReleases);
  if (kept !== undefined) {
    return { release, previous, ...kept, isNewRelease: false, isNewHead: false };
  }
  const { head, headBytes } = await signHead(
    release.ref,
    previous.map(({ ref }) => ref),
    history,
    root,
    timeMs,
    mode,
    keys,
  );
  return { release, previous, head, headBytes, isNewRelease: !isSame, isNewHead: true };
}

/** The newest release, if the keys of today still vouch for it. */
async function currentRelease(history: History, root: Root): Promise<ReleaseFiles | undefined> {
  const ref = history.head?.head.release;
  const found = history.releases.find((release) => release.ref.sha256 === ref?.sha256);
  if (found === undefined) return undefined;
  const opened = await unlessRefused(openRelease(found.bytes, root, found.ref));
  return opened === undefined ? undefined : found;
}

/** The newest head, if it may stay: signed by today's keys, and fresh for a while yet. */
async function currentHead(
  history: History,
  root: Root,
  timeMs: number,
  mode: Mode,
): Promise<{ head: Head; headBytes: Uint8Array } | undefined> {
  if (history.head === undefined) return undefined;
  const { head, bytes } = history.head;
  const isFresh = Date.parse(head.freshUntil) - timeMs >= renewMs;
  if (head.root !== root.v || head.mode !== mode || !isFresh) return undefined;
  return (await unlessRefused(openHead(bytes, root))) === undefined ? undefined : { head, headBytes: bytes };
}

function isSameContent(release: Release, content: Omit<Release, 'v'>): boolean {
  return JSON.stringify(release) === JSON.stringify(withVersion(content, release.v));
}

async function signRelease(
  content: ReleaseContent,
  version: number,
  root: Root,
  keys: KeySource,
): Promise<ReleaseFiles> {
  const release = withVersion(content.unversioned, version);
  const bytes = await seal('release', release, await keys('release'));
  const ref: ReleaseRef = { v: version, sha256: sha256Of(bytes), len: bytes.length };
  await requireAccepted(openRelease(bytes, root, ref));
  return { ref, release, bytes, layers: content.layers, torrents: content.torrents };
}

async function signHead(
  release: ReleaseRef,
  previous: readonly ReleaseRef[],
  history: History,
  root: Root,
  timeMs: number,
  mode: Mode,
  keys: KeySource,
): Promise<{ head: Head; headBytes: Uint8Array }> {
  const before = history.head?.head;
  const seq = Math.max(timeMs, release.v, (before?.seq ?? 0) + 1);
  const head: Head = {
    t: 'head',
    spec: 1,
    site: root.site,
    seq,
    root: root.v,
    release,
    floor: before?.floor ?? 0,
    mode,
    freshUntil: new Date(seq + freshMs).toISOString(),
    previous,
  };
  const headBytes = await seal('head', head, await keys('head'));
  await requireAccepted(openHead(headBytes, root));
  return { head, headBytes };
}

async function seal(type: 'release' | 'head', document: object, key: SigningKey): Promise<Uint8Array> {
  const payload = payloadOf(document);
  return encodeEnvelope([await signDocument(type, payload, key.secretKey)], payload);
}

/** What we just signed must pass the checks that browsers will make. */
async function requireAccepted(opening: Promise<unknown>): Promise<void> {
  try {
    await opening;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const hint =
      error.code === 'bad-signature'
        ? 'The key file is not the one that the root names: restore the right one.'
        : 'Leave files out with share.exclude, or correct the option that the message names.';
    throw new PublisherError(error.code === 'too-large' ? 'limit' : 'refused', reasonOf(error), hint, {
      cause: error,
    });
  }
}

async function unlessRefused<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

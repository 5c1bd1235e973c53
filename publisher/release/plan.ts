/** The next release and head, before anybody has signed: what follows from the content and from what was published before. */

import {
  ManifestError,
  openHead,
  openRelease,
  type Head,
  type Mode,
  type Release,
  type ReleaseRef,
  type Root,
} from '../../manifests/index.ts';
import { PublisherError } from '../errors.ts';
import { withVersion, type ReleaseContent } from './content.ts';
import type { History, ReleaseFiles } from './history.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How long a head counts as fresh. */
const freshMs = 30 * dayMs;
/** With less than this left, publishing unchanged content signs a new head. */
const renewMs = 20 * dayMs;
/** How many earlier releases open pages may go on using. */
const keptReleases = 3;

/** What somebody wants beside the content. */
export interface Wishes {
  /** When the release is made, milliseconds since the epoch. */
  readonly timeMs: number;
  /** What workers do from now on; absent: what the last head said, `on` at first. */
  readonly mode?: Mode;
  /** Releases below it are revoked; absent: as before. */
  readonly floor?: number;
}

/** A head that does not name its release yet: that has a name only when it is signed. */
export type HeadDraft = Omit<Head, 'release'>;

/** What is to be signed and deployed. `kept`: signed already, and still good. */
export interface Plan {
  readonly release:
    | { readonly kind: 'kept'; readonly files: ReleaseFiles }
    | { readonly kind: 'new'; readonly release: Release; readonly content: ReleaseContent };
  readonly previous: readonly ReleaseFiles[];
  readonly head:
    | { readonly kind: 'kept'; readonly head: Head; readonly bytes: Uint8Array }
    | { readonly kind: 'new'; readonly draft: HeadDraft };
}

/** Decides what is new. @throws PublisherError `refused` when a wish would take visitors back. */
export async function planEdition(
  content: ReleaseContent,
  history: History,
  root: Root,
  wishes: Wishes,
): Promise<Plan> {
  const before = history.head?.head;
  const mode = wishes.mode ?? before?.mode ?? 'on';
  const floor = nextFloor(before?.floor ?? 0, wishes.floor);
  const current = await currentRelease(history, root, floor);
  const isSame = current !== undefined && isSameContent(current.release, content.unversioned);
  const version = isSame ? current.ref.v : Math.max(wishes.timeMs, (before?.release.v ?? 0) + 1, floor);
  const release: Plan['release'] = isSame
    ? { kind: 'kept', files: current }
    : { kind: 'new', release: withVersion(content.unversioned, version), content };
  const allowed = isSame ? (before?.previous ?? []) : history.releases.map(({ ref }) => ref);
  const previous = await previousReleases(history, root, floor, allowed, version);
  const kept = isSame ? await currentHead(history, root, wishes.timeMs, mode, floor) : undefined;
  if (kept !== undefined) return { release, previous, head: { kind: 'kept', ...kept } };
  const seq = Math.max(wishes.timeMs, version, (before?.seq ?? 0) + 1);
  const draft: HeadDraft = {
    t: 'head',
    spec: 1,
    site: root.site,
    seq,
    root: root.v,
    floor,
    mode,
    freshUntil: new Date(seq + freshMs).toISOString(),
    previous: previous.map(({ ref }) => ref),
  };
  return { release, previous, head: { kind: 'new', draft } };
}

/** The head of a draft, fields in the order in which they are signed. */
export function headOf(draft: HeadDraft, release: ReleaseRef): Head {
  const { t, spec, site, seq, root, ...rest } = draft;
  return { t, spec, site, seq, root, release, ...rest };
}

function nextFloor(before: number, wanted = before): number {
  if (wanted >= before) return wanted;
  throw new PublisherError(
    'refused',
    `the floor cannot go down from ${before} to ${wanted}`,
    'What was revoked stays revoked: visitors refuse a head with a lower floor. Publish it as a new release.',
  );
}

/** The newest release, if the keys of today still vouch for it and nobody revokes it. */
async function currentRelease(
  history: History,
  root: Root,
  floor: number,
): Promise<ReleaseFiles | undefined> {
  const ref = history.head?.head.release;
  const found = history.releases.find((release) => release.ref.sha256 === ref?.sha256);
  return found !== undefined && found.ref.v >= floor && (await isVouchedFor(found, root)) ? found : undefined;
}

/** Earlier releases that pages may go on with: allowed so far, not revoked, signed by keys of today. */
async function previousReleases(
  history: History,
  root: Root,
  floor: number,
  allowed: readonly ReleaseRef[],
  version: number,
): Promise<ReleaseFiles[]> {
  const previous: ReleaseFiles[] = [];
  for (const found of history.releases) {
    const isAllowed = found.ref.v !== version && allowed.some(({ sha256 }) => sha256 === found.ref.sha256);
    if (isAllowed && found.ref.v >= floor && (await isVouchedFor(found, root))) previous.push(found);
  }
  return previous.slice(0, keptReleases);
}

/** The newest head, if it may stay: signed by today's keys, and fresh for a while yet. */
async function currentHead(
  history: History,
  root: Root,
  timeMs: number,
  mode: Mode,
  floor: number,
): Promise<{ head: Head; bytes: Uint8Array } | undefined> {
  if (history.head === undefined) return undefined;
  const { head, bytes } = history.head;
  const isFresh = Date.parse(head.freshUntil) - timeMs >= renewMs;
  if (head.root !== root.v || head.mode !== mode || head.floor !== floor || !isFresh) return undefined;
  return (await isAccepted(openHead(bytes, root))) ? { head, bytes } : undefined;
}

function isSameContent(release: Release, content: Omit<Release, 'v'>): boolean {
  return JSON.stringify(release) === JSON.stringify(withVersion(content, release.v));
}

function isVouchedFor({ bytes, ref }: ReleaseFiles, root: Root): Promise<boolean> {
  return isAccepted(openRelease(bytes, root, ref));
}

async function isAccepted(opening: Promise<unknown>): Promise<boolean> {
  try {
    await opening;
    return true;
  } catch (error) {
    if (error instanceof ManifestError) return false;
    throw error;
  }
}

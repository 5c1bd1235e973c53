/** `shoal diff`: what changes for a returning visitor from one release to another. */

import { stat } from 'node:fs/promises';
import {
  decodeEnvelope,
  limits,
  ManifestError,
  parseHead,
  parseRelease,
  type AssetEntry,
  type Release,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf, systemCode } from '../errors.ts';
import { headPath, releasePath } from '../release/layout.ts';
import { deploymentOf, readAll, readLocalFile } from '../verify/deployment.ts';

/** Paths and bytes; `bytes` are those of the new release, of the old one for what was removed. */
export interface Change {
  readonly path: string;
  readonly bytes: number;
}

/** The difference of two releases. */
export interface DiffReport {
  readonly old: { readonly version: number; readonly assets: number };
  readonly new: { readonly version: number; readonly assets: number };
  readonly added: readonly Change[];
  readonly removed: readonly Change[];
  readonly changed: readonly Change[];
  readonly same: number;
  /** What a visitor fetches who has everything of the old release: contents that are new, each once. */
  readonly returningVisitorBytes: number;
  /** What a visitor fetches who has nothing. */
  readonly newVisitorBytes: number;
  readonly packs: {
    readonly kept: readonly string[];
    readonly added: readonly string[];
    readonly dropped: readonly string[];
  };
}

/** Compares two releases: each a folder, a URL or a release file. @throws PublisherError. */
export async function diff(oldTarget: string, newTarget: string): Promise<DiffReport> {
  return diffReleases(await releaseAt(oldTarget), await releaseAt(newTarget));
}

/** Compares two releases. */
function diffReleases(before: Release, after: Release): DiffReport {
  const old = new Map(Object.entries(before.assets));
  const now = new Map(Object.entries(after.assets));
  const added = [...now].filter(([path]) => !old.has(path));
  const both = [...now].filter(([path]) => old.has(path));
  const changed = both.filter(([path, entry]) => old.get(path)?.h !== entry.h);
  const known = new Set([...old.values()].map(({ h }) => h));
  const hadPacks = new Set(before.packs.map(({ ih }) => ih));
  const hasPacks = new Set(after.packs.map(({ ih }) => ih));
  return {
    old: { version: before.v, assets: old.size },
    new: { version: after.v, assets: now.size },
    added: added.map(changeOf),
    removed: [...old].filter(([path]) => !now.has(path)).map(changeOf),
    changed: changed.map(changeOf),
    same: both.length - changed.length,
    returningVisitorBytes: contentBytes([...now.values()].filter(({ h }) => !known.has(h))),
    newVisitorBytes: contentBytes([...now.values()]),
    packs: {
      kept: [...hasPacks].filter((ih) => hadPacks.has(ih)),
      added: [...hasPacks].filter((ih) => !hadPacks.has(ih)),
      dropped: [...hadPacks].filter((ih) => !hasPacks.has(ih)),
    },
  };
}

function changeOf([path, { n }]: readonly [string, AssetEntry]): Change {
  return { path, bytes: n };
}

/** The same content at two paths is fetched once. */
function contentBytes(entries: readonly AssetEntry[]): number {
  const unique = new Map(entries.map(({ h, n }) => [h, n]));
  return [...unique.values()].reduce((sum, n) => sum + n, 0);
}

async function releaseAt(target: string): Promise<Release> {
  try {
    const bytes = (await isFile(target)) ? await readLocalFile(target) : await deployedRelease(target);
    return parseRelease(decodeEnvelope(bytes, target, limits.releaseBytes).payload);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new PublisherError(
      'refused',
      `${target} has no release that can be read: ${reasonOf(error)}`,
      'Give a published folder, its URL, or a file of shoal/release/ or .shoal/history/.',
      { cause: error },
    );
  }
}

async function deployedRelease(target: string): Promise<Uint8Array> {
  const isUrl = /^https?:\/\//i.test(target);
  const base = isUrl ? new URL('.', target).pathname : '/';
  const deployment = await deploymentOf(target, base);
  const read = async (path: string, limitBytes: number): Promise<Uint8Array> => {
    const served = await deployment.open(base + path);
    if (typeof served !== 'string') return readAll(served, limitBytes, base + path);
    throw new PublisherError(
      'io',
      `${target}: ${path} ${served}`,
      'Publish it first, or give another folder or URL.',
    );
  };
  const { payload } = decodeEnvelope(await read(headPath, limits.headBytes), target, limits.headBytes);
  const head = parseHead(payload, siteOf(payload));
  return read(releasePath(head.release.sha256), limits.releaseBytes);
}

/** A comparison is of any site: the head itself says which. */
function siteOf(payload: Uint8Array): string {
  return /"site":"([^"]*)"/.exec(Buffer.from(payload).toString('utf8'))?.[1] ?? '';
}

async function isFile(target: string): Promise<boolean> {
  if (/^https?:\/\//i.test(target)) return false;
  try {
    return (await stat(target)).isFile();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new PublisherError(
        'io',
        `there is no ${target}`,
        'Give a published folder, a URL or a release file.',
      );
    }
    throw error;
  }
}

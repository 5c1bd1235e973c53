/** `shoal diff`: what changes for a returning visitor from one release to another. */

import type { AssetEntry, Release } from '../../manifests/index.ts';
import { releaseAt } from './release-at.ts';

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
export function diffReleases(before: Release, after: Release): DiffReport {
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

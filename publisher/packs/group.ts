/**
 * Which assets travel together. The grouping has no memory and yet stays the same from release to
 * release: it depends on names (without fingerprints), and on sizes only by their power of two. So a
 * file that changes takes only its own pack along, and one that comes or goes only its own group.
 */

import { createHash } from 'node:crypto';
import { stableName } from '../labels/fingerprint.ts';
import { byCodeUnits } from '../order.ts';

/** What the grouping needs to know of an asset. */
export interface Groupable {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
}

/** From this size on an asset has a pack of its own. */
const ownPackBytes = 2 * 1024 * 1024;
/** No group is heavier; as every asset weighs at least `lightest`, none has more than 128 assets. */
const heaviest = 8 * 1024 * 1024;
const lightest = heaviest / 128;
/** Neither side of a cut is lighter. */
const leastSide = 1024 * 1024;

interface Item<T> {
  readonly asset: T;
  readonly path: string;
  readonly name: string;
  readonly weight: number;
  /** Where the lowest rank is, is cut first. */
  readonly rank: string;
  readonly folder: string;
}

/** Groups assets; groups, and assets in a group, are in the order of their stable names. */
export function groupAssets<T extends Groupable>(assets: readonly T[]): T[][] {
  const large = assets.filter(({ bytes }) => bytes >= ownPackBytes).map((asset) => [asset]);
  const small = cut(itemsOf(assets.filter(({ bytes }) => bytes < ownPackBytes)));
  return [...large, ...small];
}

function itemsOf<T extends Groupable>(assets: readonly T[]): Item<T>[] {
  const named = assets.map((asset) => ({ asset, path: asset.path, name: stableName(asset.path) }));
  const count = new Map<string, number>();
  for (const { name } of named) count.set(name, (count.get(name) ?? 0) + 1);
  return named
    .map((item) => ({
      ...item,
      weight: weightOf(item.asset.bytes),
      // Several files of one stable name are told apart by their fingerprints: all they have.
      rank: hash(count.get(item.name) === 1 ? item.name : item.path),
      folder: item.path.includes('/') ? item.path.slice(0, item.path.indexOf('/')) : '',
    }))
    .sort((a, b) => byCodeUnits(a.name, b.name) || byCodeUnits(a.path, b.path));
}

/** Cuts in two, and each part again, until no part is too heavy. */
function cut<T>(items: readonly Item<T>[]): T[][] {
  if (items.length === 0) return [];
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= heaviest) return [items.map(({ asset }) => asset)];
  const at = bestCut(items, total);
  return [...cut(items.slice(0, at)), ...cut(items.slice(at))];
}

/** The index of the first item after the cut: at a change of top folder if one will do, then by rank. */
function bestCut<T>(items: readonly Item<T>[], total: number): number {
  let best = { at: Math.ceil(items.length / 2), key: '~' };
  let before = items[0]?.weight ?? 0;
  for (const [at, item] of items.entries()) {
    if (at === 0) continue;
    const isChange = item.folder !== items[at - 1]?.folder;
    const key = `${isChange ? 0 : 1}${item.rank}`;
    if (before >= leastSide && total - before >= leastSide && key < best.key) best = { at, key };
    before += item.weight;
  }
  return best.at;
}

/** The next power of two: a file that grows a little moves no cut. */
function weightOf(bytes: number): number {
  let weight = lightest;
  while (weight < bytes) weight *= 2;
  return weight;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** From a request's path to a file of the folder, or to nothing. */

import { realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { filePathOf } from '../walk/url-path.ts';

/** What a path leads to. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly absolute: string }
  /** A folder, asked for without the `/` that its relative links need. */
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'nothing' };

/** Finds the file; never outside of `folder` (links included), never one whose name starts with a dot. */
export async function findFile(folder: string, urlPath: string, base: string): Promise<Found> {
  const path = filePathOf(urlPath, base);
  if (path === undefined || isHidden(path)) return { kind: 'nothing' };
  const wanted = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  try {
    const root = await realpath(folder);
    const absolute = await realpath(join(root, wanted));
    const inside = relative(root, absolute);
    if (inside === '..' || inside.startsWith(`..${sep}`)) return { kind: 'nothing' };
    const stats = await stat(absolute);
    if (stats.isFile()) return { kind: 'file', path: wanted, absolute };
    return stats.isDirectory() ? { kind: 'redirect', location: `${urlPath}/` } : { kind: 'nothing' };
  } catch {
    return { kind: 'nothing' };
  }
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') && part !== '.well-known');
}

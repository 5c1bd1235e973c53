/** How long browsers and proxies may keep what. */

import { disablePath, headPath, tagPath, workerPath } from '../release/layout.ts';

const immutable = 'public, max-age=31536000, immutable';

/**
 * The Cache-Control of a file, path relative to the folder. The head is never stored: it is how
 * visitors learn of a release. Tag and worker are asked for again each time. What is named by its
 * content stays for good.
 */
export function cacheControlOf(path: string, isImmutable: boolean): string {
  if (path === headPath || path === disablePath) return 'no-store';
  if (path === tagPath || path === workerPath) return 'no-cache';
  if (/^shoal\/(?:release|layers|pack|waict)\/|^shoal\/engine-/.test(path)) return immutable;
  return isImmutable ? immutable : 'no-cache';
}

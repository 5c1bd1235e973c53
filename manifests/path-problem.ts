/** For the publisher: why a path cannot name an asset, in words. */

import { utf8 } from './bytes.ts';
import { limits } from './limits.ts';
import { isAssetPath } from './paths.ts';

/** The end of a sentence that begins with the path; `undefined` when it can (clause M7). */
export function pathProblem(path: string, site: string): string | undefined {
  if (isAssetPath(path, site)) return undefined;
  if (utf8(path).length > limits.pathBytes) return `is longer than ${limits.pathBytes} bytes`;
  const url = URL.parse(path, site);
  if (url === null) return 'is not a URL path';
  if (url.origin !== site) return 'leads to another origin';
  if (url.hash !== '') return 'has a fragment';
  const canonical = url.pathname + url.search;
  return canonical === path
    ? 'has an encoded NUL, dots or 0xff'
    : `is not canonical (it would be ${canonical})`;
}

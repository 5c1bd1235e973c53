/** Which paths may name an asset (clause M7). */

import { utf8 } from './bytes.ts';
import { limits } from './limits.ts';

/** Files that Shoal itself lives by; never assets. `base` starts and ends with `/`. */
export function isControlPath(path: string, base: string): boolean {
  return path === `${base}shoal.js` || path === `${base}shoal-sw.js` || path.startsWith(`${base}shoal/`);
}

/**
 * Why `path` cannot name an asset, as a sentence's end; `undefined` when it can. It must be what
 * `new URL(path, site).pathname + search` gives, so that a browser's request URL finds it and
 * `/a/../b`, `//evil.example/a.js` or `/a\b` name nothing.
 */
export function pathProblem(path: string, site: string): string | undefined {
  if (utf8(path).length > limits.pathBytes) return `is longer than ${limits.pathBytes} bytes`;
  if (/%(?:00|2e%2e|ff)/i.test(path)) return 'has an encoded NUL, dots or 0xff';
  const url = URL.parse(path, site);
  // `site` is an origin, canonical.
  if (url?.origin !== site) return 'is not a path on this site';
  if (url.hash !== '') return 'has a fragment';
  if (url.pathname + url.search !== path)
    return `is not canonical (it would be ${url.pathname + url.search})`;
  return undefined;
}

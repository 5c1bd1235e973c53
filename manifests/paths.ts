/** Which paths may name an asset (clause M7). */

import { utf8 } from './bytes.ts';
import { limits } from './limits.ts';

/** Files that Shoal itself lives by; never assets. `base` starts and ends with `/`. */
export function isControlPath(path: string, base: string): boolean {
  return path === `${base}shoal.js` || path === `${base}shoal-sw.js` || path.startsWith(`${base}shoal/`);
}

/**
 * Whether `path` can name an asset: it must be what `new URL(path, site).pathname + search` gives, so
 * that a browser's request URL finds it and `/a/../b`, `//evil.example/a.js` or `/a\b` name nothing.
 */
export function isAssetPath(path: string, site: string): boolean {
  const url = URL.parse(path, site);
  return (
    // `site` is an origin, canonical.
    url?.origin === site &&
    url.pathname + url.search === path &&
    utf8(path).length <= limits.pathBytes &&
    !/%(?:00|2e%2e|ff)/i.test(path)
  );
}

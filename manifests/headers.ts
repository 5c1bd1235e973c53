/** Which response headers a release may sign (clause M8). */

/** Lower-case names; everything else, such as Set-Cookie or Clear-Site-Data, is refused. */
export const allowedHeaders: ReadonlySet<string> = new Set([
  'access-control-allow-origin',
  'cache-control',
  'content-language',
  'content-security-policy',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'link',
  'permissions-policy',
  'referrer-policy',
  'timing-allow-origin',
]);

/** A value that can be sent: visible ASCII, spaces and tabs (RFC 9110, section 5.5). */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value);
}

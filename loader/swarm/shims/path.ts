/** In place of `path`: WebTorrent joins file names, which Shoal never looks at. */

export function join(...parts: readonly string[]): string {
  return parts.join('/');
}
export const sep = '/';
export default { join, sep };

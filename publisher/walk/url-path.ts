/** From a file's name to the path that a browser asks for. */

/**
 * The URL path of a file, as a browser spells it when a page names the file as it is: only what the
 * URL parser would misread (`%`, `?`, `#`, `\`, control characters) is escaped first.
 * `path`: relative, with `/`. `base` starts and ends with `/`.
 */
export function urlPathOf(path: string, base: string): string {
  const escaped = path.replace(/[%?#\\\u0000-\u001f\u007f]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return new URL(`http://site.invalid${base}${escaped}`).pathname;
}

/** The inverse: the file, relative to the folder, that a request's path names; `undefined`: none can. */
export function filePathOf(urlPath: string, base: string): string | undefined {
  if (!urlPath.startsWith(base)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(urlPath.slice(base.length));
  } catch {
    return undefined;
  }
  if (path.includes('\0') || path.includes('\\')) return undefined;
  // An encoded slash or dot segment would otherwise lead out of the folder.
  if (
    path
      .split('/')
      .some((part, i, all) => part === '..' || part === '.' || (part === '' && i < all.length - 1))
  ) {
    return undefined;
  }
  return path;
}

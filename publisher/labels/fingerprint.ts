/** Fingerprints in file names: what bundlers put there so that the URL changes with the content. */

/** `app.4f3a9c1b.js`, `index-DkX82j1a.js`, `4f3a9c1b22.png`: the token before the extensions. */
const token = /(^|[.\-_~])([A-Za-z0-9]{8,64}|[A-Za-z0-9_-]{8})(?=(?:\.[A-Za-z][A-Za-z0-9]{0,9})+$)/g;

/** Whether the name carries a fingerprint, so that the URL may be taken for immutable. */
export function hasFingerprint(path: string): boolean {
  return fingerprintsOf(nameOf(path)).length > 0;
}

/** The path without fingerprints: stays the same from release to release. */
export function stableName(path: string): string {
  const name = nameOf(path);
  let stable = name;
  for (const found of fingerprintsOf(name)) stable = stable.replace(found, '*');
  return path.slice(0, path.length - name.length) + stable;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function fingerprintsOf(name: string): string[] {
  return [...name.matchAll(token)].flatMap(([, before = '', text = '']) =>
    isRandom(text, before === '') ? [text] : [],
  );
}

/**
 * Whether a token looks drawn by chance and not written by a person: hexadecimal with digits and
 * letters, or, after a separator, mixed case with digits (base62 and base64url) or eight of base32. A
 * date (`20240115`), a word with a number (`bootstrap4`, `Tiles3DInspector`) is none of them.
 */
function isRandom(text: string, isWholeName: boolean): boolean {
  if (!/\d/.test(text) || !/[A-Za-z]/.test(text)) return false;
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)) return true;
  if (isWholeName) return false;
  if (/[a-z]/.test(text) && /[A-Z]/.test(text)) return text.length <= 24 && !/[a-z]{5}/.test(text);
  return /^[A-Z2-7]{8}$/.test(text);
}

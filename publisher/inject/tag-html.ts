/** Putting the tag into a page, everything else byte for byte. */

/** What became of a page. */
export type Tagged =
  | { readonly kind: 'tagged'; readonly html: Uint8Array }
  | { readonly kind: 'has-tag' }
  | { readonly kind: 'left'; readonly reason: string };

/** Puts `<script src=... async></script>` at the start of the head, unless the page has it. */
export function tagHtml(html: Uint8Array, src: string): Tagged {
  if (isUtf16(html)) return { kind: 'left', reason: 'is UTF-16' };
  // latin1: one character a byte, so that nothing but the tag changes whatever the encoding is.
  const text = Buffer.from(html).toString('latin1');
  const visible = text.replace(/<!--[\s\S]*?(?:-->|$)/g, (comment) => ' '.repeat(comment.length));
  if (hasScript(visible, src)) return { kind: 'has-tag' };
  const at = startOfHead(visible);
  if (at === undefined)
    return { kind: 'left', reason: 'is a part of a page: it has no doctype, html or head' };
  const tag = `<script src="${src}" async></script>`;
  return { kind: 'tagged', html: Buffer.from(text.slice(0, at) + tag + text.slice(at), 'latin1') };
}

/** After `<head>`; where that is left out (HTML allows it), after `<html>` or the doctype. */
function startOfHead(visible: string): number | undefined {
  for (const opening of [/<head(?:\s[^>]*)?>/i, /<html(?:\s[^>]*)?>/i, /<!doctype[^>]*>/i]) {
    const match = opening.exec(visible);
    if (match !== null) return match.index + match[0].length;
  }
  return undefined;
}

function hasScript(visible: string, src: string): boolean {
  for (const [, , url] of visible.matchAll(/<script\s(?:[^>]*\s)?src\s*=\s*(["']?)([^"'\s>]+)\1/gi)) {
    if (url === src || url === src.slice(src.lastIndexOf('/') + 1) || url?.endsWith(src) === true)
      return true;
  }
  return false;
}

function isUtf16(html: Uint8Array): boolean {
  return (html[0] === 0xff && html[1] === 0xfe) || (html[0] === 0xfe && html[1] === 0xff);
}

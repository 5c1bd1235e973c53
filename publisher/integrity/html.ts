/** Putting `integrity` into a page's scripts and styles, everything else byte for byte. */

/** Integrity metadata of what an element's URL, as written, names; `undefined`: leave the element alone. */
export type IntegrityOf = (url: string) => string | undefined;

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly text: string;
}

/**
 * The page with `integrity` on each `<script src>` and `<link>` to a script or style that `integrityOf` knows;
 * the same bytes when there is nothing to do. What an owner wrote stays; what we wrote is kept right.
 */
export function addIntegrity(html: Uint8Array, integrityOf: IntegrityOf): Uint8Array {
  // latin1: one character a byte, so that nothing else changes whatever the encoding is.
  const text = Buffer.from(html).toString('latin1');
  const visible = withoutOpaque(text);
  // Every URL of such a page is relative to something else.
  if (/<base\s/i.test(visible)) return html;
  const edits = [...visible.matchAll(/<(script|link)(\s[^>]*)>/gi)].flatMap(
    ({ index, 1: name = '', 2: attributes = '' }): Edit[] => {
      const url = name.toLowerCase() === 'script' ? attribute(attributes, 'src') : linkedCode(attributes);
      const wanted = url === undefined ? undefined : integrityOf(decoded(url));
      return wanted === undefined ? [] : editFor(attributes, index + 1 + name.length, wanted);
    },
  );
  const changed = edits.reduceRight(
    (rest, { at, remove, text: added }) => rest.slice(0, at) + added + rest.slice(at + remove),
    text,
  );
  return edits.length === 0 ? html : Buffer.from(changed, 'latin1');
}

/** `at`: where the attributes begin. */
function editFor(attributes: string, at: number, wanted: string): Edit[] {
  const text = ` integrity="${wanted}"`;
  const found = /\sintegrity\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)/i.exec(attributes);
  if (found === null) return [{ at, remove: 0, text }];
  const isOurs = /^\sintegrity="sha256-[A-Za-z0-9+/]{43}="$/.test(found[0]);
  if (!isOurs || found[0] === text) return [];
  return [{ at: at + found.index, remove: found[0].length, text }];
}

/** What a `<link>` loads, if that is a script or a style. */
function linkedCode(attributes: string): string | undefined {
  const rel = (attribute(attributes, 'rel') ?? '').toLowerCase().split(/\s+/);
  const as = (attribute(attributes, 'as') ?? '').toLowerCase();
  const isCode =
    rel.includes('stylesheet') ||
    rel.includes('modulepreload') ||
    (rel.includes('preload') && (as === 'script' || as === 'style'));
  return isCode ? attribute(attributes, 'href') : undefined;
}

function attribute(attributes: string, name: string): string | undefined {
  const form = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i');
  const match = form.exec(attributes);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}

/** The few character references that URLs are written with. */
function decoded(url: string): string {
  return url.trim().replaceAll('&#38;', '&').replaceAll('&amp;', '&');
}

/** Spaces for comments and for what is inside of scripts and the like: no element is there. */
function withoutOpaque(text: string): string {
  const blank = (part: string): string => ' '.repeat(part.length);
  return text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, blank)
    .replace(
      /(<(script|style|textarea|title|template|noscript)(?:\s[^>]*)?>)([\s\S]*?)(?=<\/\2|$)/gi,
      (_, opening: string, __, content: string) => opening + blank(content),
    );
}

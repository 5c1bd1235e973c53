/** What all three documents have in common. */

import type { DocumentType } from './documents.ts';
import { ManifestError } from './errors.ts';
import { textOf, type Fields } from './json.ts';

/** Checks type, spec and site. `site` undefined: whatever the document says (it defines the site). */
export function checkCommon(
  fields: Fields,
  type: DocumentType,
  site: string | undefined,
): { readonly spec: 1; readonly site: string } {
  if (fields['t'] !== type) throw new ManifestError('wrong-type', type, 'says it is something else');
  if (fields['spec'] !== 1) {
    throw new ManifestError('unknown-spec', type, `has format ${String(fields['spec'])}, this reads 1`);
  }
  const own = textOf(fields['site'], `${type} site`, 256);
  if (!isOrigin(own)) throw new ManifestError('bad-shape', `${type} site`, 'is not an origin');
  if (site !== undefined && own !== site) {
    throw new ManifestError('wrong-site', type, `is signed for ${own}, not for ${site}`);
  }
  return { spec: 1, site: own };
}

/** Whether a text is an http(s) origin, spelled canonically. */
export function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text;
  } catch {
    return false;
  }
}

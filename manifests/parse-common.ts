/** What all three documents have in common. */

import type { DocumentType } from './documents.ts';
import { refuse } from './errors.ts';
import { textIn, type Fields } from './json.ts';

/** Largest time that we take for one: the year 2286. Keeps arithmetic far from 2^53. */
export const maxTimeMs = 1e13;

/** Checks type, spec and site. `site` undefined: whatever the document says (it defines the site). */
export function checkCommon(
  fields: Fields,
  type: DocumentType,
  site: string | undefined,
): { readonly spec: 1; readonly site: string } {
  const { t, spec } = fields.values;
  if (t !== type) refuse('wrong-type', type);
  if (spec !== 1) refuse('unknown-spec', type, ` ${JSON.stringify(spec)}`);
  const own = textIn(fields, 'site', 256);
  if (!isOrigin(own)) refuse('bad-shape', `${type} site`);
  if (site !== undefined && own !== site) refuse('wrong-site', type, ` ${own}`);
  return { spec, site: own };
}

/** Whether a text is an http(s) origin, spelled canonically. */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}

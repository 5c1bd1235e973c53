/** The Content-Type of a file by its extension. */

import { extname } from 'node:path/posix';
import { Mime } from 'mime';
import otherTypes from 'mime/types/other.js';
import standardTypes from 'mime/types/standard.js';

const types = new Mime(standardTypes, otherTypes);
// What servers of the web agree on, where the registry has another or no answer.
types.define(
  {
    'image/x-icon': ['ico'],
    'text/javascript': ['js', 'mjs', 'cjs'],
    'font/otf': ['otf'],
    'font/ttf': ['ttf'],
    'text/xml': ['xml'],
    'audio/wav': ['wav'],
    'text/plain': ['glsl', 'wgsl', 'vert', 'frag'],
    'application/json': ['czml', 'topojson'],
    'application/vnd.apache.parquet': ['parquet'],
    'application/vnd.apache.arrow.file': ['arrow'],
    'application/x-protobuf': ['pbf'],
    'application/waict-integrity-manifest': ['waict'],
    'application/octet-stream': [
      'b3dm',
      'i3dm',
      'pnts',
      'cmpt',
      'terrain',
      'data',
      'pck',
      'unityweb',
      'bcmap',
    ],
  },
  true,
);

/** Text, to which a charset belongs: without one a browser guesses (a script may take the page's). */
const textual = new Set([
  'application/javascript',
  'application/json',
  'application/ld+json',
  'application/manifest+json',
  'application/xml',
  'image/svg+xml',
]);

/** `text/css; charset=utf-8`; `application/octet-stream` for what nobody knows. */
export function contentTypeOf(path: string): string {
  // `.ts` is video for a browser (MPEG transport streams); declarations are the one text of that name.
  if (/\.(?:d\.ts|[cm]ts)$/i.test(path)) return 'text/plain; charset=utf-8';
  const type = (extname(path) === '' ? null : types.getType(path)) ?? 'application/octet-stream';
  return type.startsWith('text/') || textual.has(type) ? `${type}; charset=utf-8` : type;
}

/** A head's payload: from verified bytes to a value (clauses M4, M6). */

import type { Head, Mode, ReleaseRef } from './documents.ts';
import { refuse } from './errors.ts';
import {
  digestIn,
  fieldsOf,
  integerIn,
  listIn,
  objectIn,
  parseStrictJson,
  textIn,
  type Fields,
} from './json.ts';
import { limits } from './limits.ts';
import { checkCommon, maxTimeMs } from './parse-common.ts';

const modes: readonly Mode[] = ['on', 'http-only', 'uninstall'];

/** Throws {@link ManifestError}. */
export function parseHead(payload: Uint8Array, site: string): Head {
  const fields = parseStrictJson(payload, 'head');
  const head: Head = {
    t: 'head',
    ...checkCommon(fields, 'head', site),
    seq: integerIn(fields, 'seq', 1, maxTimeMs),
    root: integerIn(fields, 'root', 1, limits.rootRotations),
    release: parseRef(objectIn(fields, 'release')),
    floor: integerIn(fields, 'floor', 0, maxTimeMs),
    mode: modes.find((mode) => mode === fields.values['mode']) ?? refuse('bad-shape', 'head mode'),
    freshUntil: parseDate(fields),
    previous: listIn(fields, 'previous', 3).map((ref) => parseRef(fieldsOf(ref, 'head previous'))),
  };
  if (head.floor > head.release.v) refuse('revoked', 'head');
  return head;
}

function parseRef(fields: Fields): ReleaseRef {
  return {
    v: integerIn(fields, 'v', 1, maxTimeMs),
    sha256: digestIn(fields, 'sha256'),
    len: integerIn(fields, 'len', 1, limits.releaseBytes),
  };
}

function parseDate(fields: Fields): string {
  const text = textIn(fields, 'freshUntil', 32);
  if (!text.endsWith('Z') || Number.isNaN(Date.parse(text))) refuse('bad-shape', 'head freshUntil');
  return text;
}

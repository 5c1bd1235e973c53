/** A head's payload: from verified bytes to a value (clauses M4, M6). */

import { asDigest, type Head, type ReleaseRef } from './documents.ts';
import { ManifestError } from './errors.ts';
import { fieldsOf, integerOf, listOf, oneOf, parseStrictJson, textOf } from './json.ts';
import { limits } from './limits.ts';
import { checkCommon } from './parse-common.ts';

/** Largest time that we take for one: the year 2286. Keeps arithmetic far from 2^53. */
const maxTimeMs = 1e13;

/** Throws {@link ManifestError}. */
export function parseHead(payload: Uint8Array, site: string): Head {
  const fields = parseStrictJson(payload, 'head');
  const common = checkCommon(fields, 'head', site);
  const head: Head = {
    t: 'head',
    ...common,
    seq: integerOf(fields['seq'], 'head seq', 1, maxTimeMs),
    root: integerOf(fields['root'], 'head root', 1, 1_000_000),
    release: parseRef(fields['release'], 'head release'),
    floor: integerOf(fields['floor'], 'head floor', 0, maxTimeMs),
    mode: oneOf(fields['mode'], 'head mode', ['on', 'http-only', 'uninstall']),
    freshUntil: parseDate(fields['freshUntil'], 'head freshUntil'),
    previous: listOf(fields['previous'], 'head previous', 3).map((ref) => parseRef(ref, 'head previous')),
  };
  if (head.floor > head.release.v) {
    throw new ManifestError('revoked', 'head', 'points to a release below its own floor');
  }
  return head;
}

function parseRef(value: unknown, where: string): ReleaseRef {
  const fields = fieldsOf(value, where);
  const digest = asDigest(fields['sha256']);
  if (digest === undefined) throw new ManifestError('bad-shape', `${where} sha256`, 'is not 64 hex digits');
  return {
    v: integerOf(fields['v'], `${where} v`, 1, maxTimeMs),
    sha256: digest,
    len: integerOf(fields['len'], `${where} len`, 1, limits.releaseBytes),
  };
}

function parseDate(value: unknown, where: string): string {
  const text = textOf(value, where, 32);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/.test(text)) {
    throw new ManifestError('bad-shape', where, 'is not a date such as 2026-11-20T20:00:00Z');
  }
  return text;
}

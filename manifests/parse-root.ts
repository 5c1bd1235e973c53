/** A root's payload: from verified bytes to a value (clauses M4, M5). */

import { fromBase64Url } from './bytes.ts';
import type { Role, RoleKeys, Root } from './documents.ts';
import { isUsablePublicKey, keyIdOf } from './ed25519.ts';
import { refuse } from './errors.ts';
import { integerIn, listIn, objectIn, parseStrictJson, textIn, textOf, type Fields } from './json.ts';
import { limits } from './limits.ts';
import { checkCommon } from './parse-common.ts';

/** Throws {@link ManifestError}; a root that comes out can be used without another look. */
export async function parseRoot(payload: Uint8Array, site?: string): Promise<Root> {
  const fields = parseStrictJson(payload, 'root');
  const common = checkCommon(fields, 'root', site);
  const keys = await parseKeys(objectIn(fields, 'keys'));
  const roles = objectIn(fields, 'roles');
  const role = (name: Role): RoleKeys => parseRole(objectIn(roles, name), keys);
  return {
    t: 'root',
    ...common,
    v: integerIn(fields, 'v', 1, limits.rootRotations),
    keys,
    roles: { root: role('root'), release: role('release'), head: role('head') },
  };
}

async function parseKeys(fields: Fields): Promise<Record<string, string>> {
  const keys: Record<string, string> = {};
  for (const keyId of Object.keys(fields.values)) {
    const text = textIn(fields, keyId, 43);
    const bytes = fromBase64Url(text);
    if (bytes === undefined || !isUsablePublicKey(bytes)) {
      return refuse('bad-key', `root key ${keyId}`);
    }
    // One key under two ids would count twice towards a threshold (GHSA-3633-5h82-39pq).
    if ((await keyIdOf(bytes)) !== keyId) {
      refuse('bad-key', `root key ${keyId}`);
    }
    keys[keyId] = text;
  }
  return keys;
}

function parseRole(fields: Fields, keys: Readonly<Record<string, string>>): RoleKeys {
  const k = listIn(fields, 'k', limits.keysPerRole).map((item) => textOf(item, fields.where, 64));
  if (new Set(k).size !== k.length) refuse('bad-shape', fields.where);
  const unknown = k.find((keyId) => !Object.hasOwn(keys, keyId));
  if (unknown !== undefined) refuse('bad-shape', fields.where);
  // A threshold of 0 or below would switch verification off (CVE-2026-23992).
  return { k, m: integerIn(fields, 'm', 1, k.length) };
}

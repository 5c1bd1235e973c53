/** A root's payload: from verified bytes to a value (clauses M4, M5). */

import { fromBase64Url } from './bytes.ts';
import type { Role, RoleKeys, Root } from './documents.ts';
import { isUsablePublicKey, keyIdOf } from './ed25519.ts';
import { ManifestError } from './errors.ts';
import { fieldsOf, integerOf, listOf, parseStrictJson, textOf, type Fields } from './json.ts';
import { limits } from './limits.ts';
import { checkCommon } from './parse-common.ts';

/** Throws {@link ManifestError}; a root that comes out can be used without another look. */
export async function parseRoot(payload: Uint8Array, site?: string): Promise<Root> {
  const fields = parseStrictJson(payload, 'root');
  const common = checkCommon(fields, 'root', site);
  const keys = await parseKeys(fieldsOf(fields['keys'], 'root keys'));
  const roles = fieldsOf(fields['roles'], 'root roles');
  return {
    t: 'root',
    ...common,
    v: integerOf(fields['v'], 'root v', 1, 1_000_000),
    keys,
    roles: {
      root: parseRole(roles, 'root', keys),
      release: parseRole(roles, 'release', keys),
      head: parseRole(roles, 'head', keys),
    },
  };
}

async function parseKeys(fields: Fields): Promise<Record<string, string>> {
  const keys: Record<string, string> = {};
  for (const [keyId, value] of Object.entries(fields)) {
    const text = textOf(value, `root key ${keyId}`, 43);
    const bytes = fromBase64Url(text);
    if (bytes === undefined || !isUsablePublicKey(bytes)) {
      throw new ManifestError('bad-key', `root key ${keyId}`, 'is not a strict Ed25519 public key');
    }
    // One key under two ids would count twice towards a threshold (GHSA-3633-5h82-39pq).
    if ((await keyIdOf(bytes)) !== keyId) {
      throw new ManifestError('bad-key', `root key ${keyId}`, 'has an id that is not the SHA-256 of the key');
    }
    keys[keyId] = text;
  }
  return keys;
}

function parseRole(roles: Fields, role: Role, keys: Readonly<Record<string, string>>): RoleKeys {
  const where = `root role ${role}`;
  const fields = fieldsOf(roles[role], where);
  const k = listOf(fields['k'], where, limits.keysPerRole).map((item) => textOf(item, where, 64));
  if (new Set(k).size !== k.length) throw new ManifestError('bad-shape', where, 'names a key twice');
  const unknown = k.find((keyId) => !Object.hasOwn(keys, keyId));
  if (unknown !== undefined) throw new ManifestError('bad-shape', where, `names the unknown key ${unknown}`);
  // A threshold of 0 or below would switch verification off (CVE-2026-23992).
  return { k, m: integerOf(fields['m'], `${where} threshold`, 1, k.length) };
}

/** `shoal keys list`: which keys may sign, and which of them are here. */

import { fingerprintOf, type Role } from '../../manifests/index.ts';
import { loadProject } from '../config/load.ts';
import { readRootChain } from '../release/roots.ts';
import { rootFolderOf } from '../site-state.ts';
import { roles } from './key-file.ts';
import { keyringOf } from './keyring.ts';

/** One key of the newest root. */
export interface ListedKey {
  readonly keyId: string;
  /** Its file; absent: it is somewhere else. */
  readonly path?: string;
  readonly isEncrypted?: boolean;
}

/** What the newest root says, and the key files that it does not name. */
export interface Inventory {
  readonly site: string;
  readonly rootVersion: number;
  /** Of root 1: what visitors' browsers start from. It stays when keys are rotated. */
  readonly fingerprint: string;
  readonly roles: readonly {
    readonly role: Role;
    readonly needed: number;
    readonly keys: readonly ListedKey[];
  }[];
  readonly unnamed: readonly ListedKey[];
  readonly warnings: readonly string[];
}

/** Looks; opens no secret and asks for no passphrase. @throws PublisherError. */
export async function inventory(config?: string): Promise<Inventory> {
  const project = await loadProject(config);
  const { documents, newest } = await readRootChain(rootFolderOf(project), project.config.site);
  const { files } = await keyringOf(
    project,
    roles,
    () => Promise.resolve(''),
    () => {},
  );
  const listed = (keyId: string): ListedKey => {
    const file = files.find((item) => item.keyId === keyId);
    return file === undefined ? { keyId } : { keyId, path: file.path, isEncrypted: file.isEncrypted };
  };
  return {
    site: newest.site,
    rootVersion: newest.v,
    fingerprint: await fingerprintOf(documents[0] ?? new Uint8Array()),
    roles: roles.map((role) => {
      const { k, m } = newest.roles[role];
      return { role, needed: m, keys: k.map(listed) };
    }),
    unnamed: files
      .filter(({ keyId }) => !Object.hasOwn(newest.keys, keyId))
      .map(({ keyId }) => listed(keyId)),
    warnings: files
      .filter(({ isExposed }) => isExposed)
      .map(({ path }) => `${path} can be read by others: run chmod 600 on it`),
  };
}

/** The list as a text. */
export function inventoryText(found: Inventory): string {
  const line = ({ keyId, path, isEncrypted }: ListedKey): string =>
    `  ${keyId.slice(0, 16)}  ${path === undefined ? 'not here' : `${path}${isEncrypted === true ? ' (encrypted)' : ''}`}`;
  return [
    `${found.site}, root ${found.rootVersion}`,
    `Root fingerprint: ${found.fingerprint}`,
    ...found.roles.flatMap(({ role, needed, keys }) => [
      `${role}: ${needed} of ${keys.length}`,
      ...keys.map(line),
    ]),
    ...(found.unnamed.length === 0
      ? []
      : ['not named by this root (revoked, or not added yet)', ...found.unnamed.map(line)]),
    ...found.warnings.map((warning) => `warning  ${warning}`),
  ].join('\n');
}

/** The key files of a site on this machine, and signing with them. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { signDocument, type Role, type Root, type Signature } from '../../manifests/index.ts';
import type { Project } from '../config/load.ts';
import { readKeyFile, type KeyFile } from './key-file.ts';
import type { Passphrases } from './passphrase.ts';

/** Keys to sign with, and whom to ask for their passphrases. */
export interface Keyring {
  readonly files: readonly KeyFile[];
  readonly passphrases: Passphrases;
  /** Hears of what should be changed. */
  readonly warn: (warning: string) => void;
}

/** The key files of a project for these roles. @throws PublisherError `keys` when one is damaged. */
export async function keyringOf(
  project: Project,
  wanted: readonly Role[],
  passphrases: Passphrases,
  warn: (warning: string) => void,
): Promise<Keyring> {
  const paths = await Promise.all(wanted.map((role) => keyPathsOf(project, role)));
  return keyringFrom([...new Set(paths.flat())], passphrases, warn);
}

/** The key files given. @throws PublisherError `keys`. */
export async function keyringFrom(
  paths: readonly string[],
  passphrases: Passphrases,
  warn: (warning: string) => void,
): Promise<Keyring> {
  return { files: await Promise.all(paths.map(readKeyFile)), passphrases, warn };
}

/** The first file of a role, as the configuration says. */
function mainKeyPath({ folder, config }: Project, role: Role): string {
  return resolve(folder, config.keys[role]);
}

/** Where a further key of a role belongs: beside the first, `release-0a1b2c3d.json`. */
export function furtherKeyPath(project: Project, role: Role, keyId: string): string {
  const main = mainKeyPath(project, role);
  return join(dirname(main), `${basename(main, '.json')}-${keyId.slice(0, 8)}.json`);
}

/** Those files of a role that are there: that of the configuration, and `<name>-*.json` beside it. */
async function keyPathsOf(project: Project, role: Role): Promise<string[]> {
  const main = mainKeyPath(project, role);
  const stem = basename(main, '.json');
  const names = await readdir(dirname(main)).catch(() => []);
  return names
    .filter((name) => name === basename(main) || (name.startsWith(`${stem}-`) && name.endsWith('.json')))
    .sort()
    .map((name) => join(dirname(main), name));
}

/**
 * Signatures of those keys that `root` lets sign for a role, at most as many as `root` asks for and not
 * again by those in `already`; none when no such key is here. Only what is needed is unlocked.
 */
export async function signaturesBy(
  { files, passphrases, warn }: Keyring,
  role: Role,
  payload: Uint8Array,
  root: Root,
  already: readonly string[] = [],
): Promise<Signature[]> {
  const { k, m } = root.roles[role];
  const able = k
    .filter((keyId) => !already.includes(keyId))
    .flatMap((keyId) => files.find((file) => file.keyId === keyId) ?? []);
  const signatures: Signature[] = [];
  for (const file of able.slice(0, Math.max(0, m - already.length))) {
    if (file.isExposed) warn(`${file.path} can be read by others: run chmod 600 on it`);
    const { secretKey } = await file.unlock(passphrases);
    signatures.push(await signDocument(role, payload, secretKey));
  }
  return signatures;
}

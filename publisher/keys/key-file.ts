/** One secret key and its file. */

import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import {
  fromBase64Url,
  generateKeyPair,
  keyIdOf,
  publicKeyOf,
  toBase64Url,
  utf8,
  type Role,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf, systemCode } from '../errors.ts';
import { writeAtomically } from '../output/write.ts';
import { openSecret, SealedSecret, sealSecret } from './sealed-secret.ts';
import type { Passphrases } from './passphrase.ts';

/** A public key and what it is meant for. */
export interface PublicKey {
  readonly role: Role;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

/** A key that may sign. */
export interface SigningKey extends PublicKey {
  readonly secretKey: Uint8Array;
}

/** A key file that was read; an encrypted one can be looked at without its passphrase. */
export interface KeyFile extends PublicKey {
  readonly path: string;
  readonly isEncrypted: boolean;
  /** Others than its owner may read the file; always `false` where there are no such bits. */
  readonly isExposed: boolean;
  /** @throws PublisherError `keys` */
  unlock(passphrases: Passphrases): Promise<SigningKey>;
}

export const roles = ['root', 'release', 'head'] as const satisfies readonly Role[];

const common = {
  note: v.string(),
  role: v.picklist(roles),
  keyid: v.string(),
  publicKey: v.string(),
};
const Content = v.union([
  v.strictObject({ ...common, secretKey: v.string() }),
  v.strictObject({ ...common, encrypted: SealedSecret }),
]);
type Content = v.InferOutput<typeof Content>;

const notes = {
  plain: 'SECRET. Whoever has this file can sign for your site. Never commit it; keep a copy offline.',
  encrypted:
    'SECRET, under a passphrase. Never commit it; keep a copy offline, and the passphrase elsewhere.',
};

/** Makes a key; it is in memory only. */
export async function newKey(role: Role): Promise<SigningKey> {
  const { secretKey, publicKey } = await generateKeyPair();
  return { role, keyId: await keyIdOf(publicKey), publicKey, secretKey };
}

/** Writes a key's file, readable by its owner only; without a passphrase it is not encrypted. @throws PublisherError `io`. */
export async function writeKey(path: string, key: SigningKey, passphrase?: string): Promise<void> {
  const { role, keyId } = key;
  const named = { role, keyid: keyId, publicKey: toBase64Url(key.publicKey) };
  const content: Content =
    passphrase === undefined
      ? { note: notes.plain, ...named, secretKey: toBase64Url(key.secretKey) }
      : {
          note: notes.encrypted,
          ...named,
          encrypted: await sealSecret(key.secretKey, passphrase, nameOf(key)),
        };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeAtomically(path, utf8(`${JSON.stringify(content, null, 2)}\n`), 0o600);
}

/** Refuses to go on where a file is: a lost key cannot be made again. @throws PublisherError `exists`. */
export async function requireAbsent(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw new PublisherError(
      'io',
      `${path} cannot be looked at: ${reasonOf(error)}`,
      'Check its permissions.',
    );
  }
  throw new PublisherError(
    'exists',
    `${path} is there already`,
    'Keep it: it is what visitors trust. To start anew, move `.shoal/` away first.',
  );
}

/** Reads a key file, its secret unopened if it is encrypted. @throws PublisherError `keys`. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const content = parseContent(await readText(path), path);
  const publicKey = fromBase64Url(content.publicKey);
  const keyId = publicKey === undefined ? undefined : await keyIdOf(publicKey);
  if (publicKey === undefined || keyId !== content.keyid) {
    throw damaged(path, 'its key id is not that of its public key');
  }
  const key: PublicKey = { role: content.role, keyId, publicKey };
  return {
    ...key,
    path,
    isEncrypted: 'encrypted' in content,
    isExposed: await isReadableByOthers(path),
    unlock: (passphrases) => unlocked(content, key, path, passphrases),
  };
}

/** A key that has no file yet, to sign with like one that has. */
export function inMemory(key: SigningKey): KeyFile {
  return { ...key, path: '', isEncrypted: false, isExposed: false, unlock: () => Promise.resolve(key) };
}

async function isReadableByOthers(path: string): Promise<boolean> {
  return process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0;
}

async function unlocked(
  content: Content,
  key: PublicKey,
  path: string,
  passphrases: Passphrases,
): Promise<SigningKey> {
  const secretKey =
    'encrypted' in content
      ? await openSecret(content.encrypted, await passphrases(`Passphrase of ${path}`), nameOf(key))
      : fromBase64Url(content.secretKey);
  if (secretKey === undefined && 'encrypted' in content) {
    throw new PublisherError(
      'keys',
      `${path} does not open with this passphrase`,
      'Give the right passphrase, or restore the file from your copy if it was changed.',
    );
  }
  if (secretKey?.length !== 32) throw damaged(path, 'its secret key is not 32 bytes');
  if ((await keyIdOf(await publicKeyOf(secretKey))) !== key.keyId) {
    throw damaged(path, 'its key id is not that of its secret key');
  }
  return { ...key, secretKey };
}

function nameOf({ role, keyId }: PublicKey): string {
  return `${role} ${keyId}`;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PublisherError(
      'keys',
      `the key ${path} cannot be read: ${reasonOf(error)}`,
      'Copy it from where you keep it (it is never in the repository), or set `keys` in the config.',
    );
  }
}

/** Says nothing of what a parser says: that quotes the text, and the text is a secret. */
function parseContent(text: string, path: string): Content {
  try {
    return v.parse(Content, JSON.parse(text));
  } catch {
    throw damaged(path, 'its content is not that of one');
  }
}

function damaged(path: string, why: string): PublisherError {
  return new PublisherError(
    'keys',
    `${path} is not a key file that can be used: ${why}`,
    'Restore it from your copy.',
  );
}

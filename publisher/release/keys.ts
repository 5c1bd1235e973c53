/** The three secret keys and their files. */

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

/** A key that may sign. */
export interface SigningKey {
  readonly role: Role;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

const KeyFile = v.strictObject({
  note: v.string(),
  role: v.picklist(['root', 'release', 'head']),
  keyid: v.string(),
  publicKey: v.string(),
  secretKey: v.string(),
});

/** Makes a key and writes its file, readable by its owner only. @throws PublisherError `exists`, `io`. */
export async function createKey(path: string, role: Role): Promise<SigningKey> {
  await requireAbsent(path);
  const { secretKey, publicKey } = await generateKeyPair();
  const keyId = await keyIdOf(publicKey);
  const content = {
    note: 'SECRET. Whoever has this file can sign for your site. Never commit it; keep a copy offline.',
    role,
    keyid: keyId,
    publicKey: toBase64Url(publicKey),
    secretKey: toBase64Url(secretKey),
  };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeAtomically(path, utf8(`${JSON.stringify(content, null, 2)}\n`), 0o600);
  return { role, keyId, publicKey, secretKey };
}

/** Refuses to go on where a key is: a lost key cannot be made again. @throws PublisherError `exists`. */
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

/** Reads a key file and checks that its parts belong together. @throws PublisherError `keys`. */
export async function readKey(path: string, role: Role): Promise<SigningKey> {
  const file = parseKeyFile(await readKeyText(path, role), path);
  const secretKey = fromBase64Url(file.secretKey);
  if (secretKey?.length !== 32) throw damaged(path, 'its secret key is not 32 bytes');
  const publicKey = await publicKeyOf(secretKey);
  const keyId = await keyIdOf(publicKey);
  if (file.role !== role) throw damaged(path, `it is the ${file.role} key, not the ${role} key`);
  if (file.keyid !== keyId) throw damaged(path, 'its key id is not that of its secret key');
  return { role, keyId, publicKey, secretKey };
}

/** Whether others than the owner may read a key file; always `false` where there are no such bits. */
export async function isReadableByOthers(path: string): Promise<boolean> {
  return process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0;
}

async function readKeyText(path: string, role: Role): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PublisherError(
      'keys',
      `the ${role} key ${path} cannot be read: ${reasonOf(error)}`,
      'Copy it from where you keep it (it is never in the repository), or set `keys` in the config.',
    );
  }
}

function parseKeyFile(text: string, path: string): v.InferOutput<typeof KeyFile> {
  try {
    return v.parse(KeyFile, JSON.parse(text));
  } catch (error) {
    throw damaged(path, reasonOf(error));
  }
}

function damaged(path: string, why: string): PublisherError {
  return new PublisherError(
    'keys',
    `${path} is not a key file that can be used: ${why}`,
    'Restore it from your copy.',
  );
}

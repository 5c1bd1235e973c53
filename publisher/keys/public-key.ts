/** A public key as a file: what a key holder sends to the one who writes the root. */

import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { fromBase64Url, isUsablePublicKey, keyIdOf, toBase64Url } from '../../manifests/index.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { roles, type PublicKey } from './key-file.ts';

const Content = v.strictObject({ role: v.picklist(roles), keyid: v.string(), publicKey: v.string() });

/** The file's text. */
export function publicKeyText({ role, keyId, publicKey }: PublicKey): string {
  return JSON.stringify({ role, keyid: keyId, publicKey: toBase64Url(publicKey) }, null, 2);
}

/** Reads one. A key of small order, or of another kind, is refused. @throws PublisherError `keys`. */
export async function readPublicKey(path: string): Promise<PublicKey> {
  const { role, keyid, publicKey: text } = parse(await textOf(path), path);
  const publicKey = fromBase64Url(text);
  if (publicKey === undefined || !isUsablePublicKey(publicKey)) {
    throw unusable(path, 'its key is not a strict Ed25519 public key');
  }
  if ((await keyIdOf(publicKey)) !== keyid) throw unusable(path, 'its key id is not that of its key');
  return { role, keyId: keyid, publicKey };
}

/** The reason is not said in a parser's words: somebody may have given a secret key by mistake. */
function parse(text: string, path: string): v.InferOutput<typeof Content> {
  try {
    return v.parse(Content, JSON.parse(text));
  } catch {
    throw unusable(path, 'its content is not that of one');
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(path, reasonOf(error));
  }
}

function unusable(path: string, why: string): PublisherError {
  return new PublisherError(
    'keys',
    `${path} is not a public key that can be used: ${why}`,
    'Ask its owner for what `shoal keys export` prints.',
  );
}

/** The chain of roots in `.shoal/root/`. */

import { join } from 'node:path';
import {
  encodeEnvelope,
  limits,
  openFirstRoot,
  openNextRoot,
  payloadOf,
  signDocument,
  toBase64Url,
  type Root,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { readIfThere } from '../read.ts';
import type { SigningKey } from '../keys/key-file.ts';

/** The chain: exact bytes of each version, from 1, and the newest one opened. */
export interface RootChain {
  readonly documents: readonly Uint8Array[];
  readonly newest: Root;
}

/** Root 1 of a new site: one key for each role, signed by the root key. */
export async function firstRoot(
  site: string,
  keys: { readonly root: SigningKey; readonly release: SigningKey; readonly head: SigningKey },
): Promise<Uint8Array> {
  const all = [keys.root, keys.release, keys.head];
  const root: Root = {
    t: 'root',
    spec: 1,
    v: 1,
    site,
    keys: Object.fromEntries(all.map(({ keyId, publicKey }) => [keyId, toBase64Url(publicKey)])),
    roles: {
      root: { k: [keys.root.keyId], m: 1 },
      release: { k: [keys.release.keyId], m: 1 },
      head: { k: [keys.head.keyId], m: 1 },
    },
  };
  const payload = payloadOf(root);
  return encodeEnvelope([await signDocument('root', payload, keys.root.secretKey)], payload);
}

/** Verifies a chain from its documents. @throws ManifestError; PublisherError `state` when it is empty. */
export async function openRoots(documents: readonly Uint8Array[], site: string): Promise<RootChain> {
  let newest: Root | undefined;
  for (const bytes of documents) {
    newest = newest === undefined ? await openFirstRoot(bytes, site) : await openNextRoot(bytes, newest);
  }
  if (newest === undefined) throw new PublisherError('state', 'there is no root', 'Prepare it again.');
  return { documents, newest };
}

/**
 * Reads and verifies the chain. @throws PublisherError `not-initialised`; `state` when a root is
 * damaged or for another site.
 */
export async function readRootChain(folder: string, site: string): Promise<RootChain> {
  const documents: Uint8Array[] = [];
  let newest: Root | undefined;
  for (let version = 1; version <= limits.rootRotations; version++) {
    const path = join(folder, `${version}.json`);
    const bytes = await readIfThere(path);
    if (bytes === undefined) break;
    newest = await openRoot(bytes, newest, site, path);
    documents.push(bytes);
  }
  if (newest === undefined) {
    throw new PublisherError(
      'not-initialised',
      `there is no ${join(folder, '1.json')}`,
      'Run `shoal init`, or get `.shoal/root/` from your repository.',
    );
  }
  return { documents, newest };
}

async function openRoot(
  bytes: Uint8Array,
  before: Root | undefined,
  site: string,
  path: string,
): Promise<Root> {
  try {
    return before === undefined ? await openFirstRoot(bytes, site) : await openNextRoot(bytes, before);
  } catch (error) {
    throw new PublisherError(
      'state',
      `${path}: ${reasonOf(error)}`,
      'Restore it from your repository; `site` in the config must be the site it was made for.',
      { cause: error },
    );
  }
}

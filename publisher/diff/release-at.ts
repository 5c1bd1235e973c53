/** A release to look at: of a published folder, a URL, or a release file. */

import { stat } from 'node:fs/promises';
import {
  decodeEnvelope,
  limits,
  ManifestError,
  parseHead,
  parseRelease,
  type Release,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf, systemCode } from '../errors.ts';
import { headPath, releasePath } from '../release/layout.ts';
import { deploymentOf, readAll, readLocalFile } from '../verify/deployment.ts';

/** Reads it; it is not verified. @throws PublisherError. */
export async function releaseAt(target: string): Promise<Release> {
  try {
    const bytes = (await isFile(target)) ? await readLocalFile(target) : await deployedRelease(target);
    return parseRelease(decodeEnvelope(bytes, target, limits.releaseBytes).payload);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new PublisherError(
      'refused',
      `${target} has no release that can be read: ${reasonOf(error)}`,
      'Give a published folder, its URL, or a file of shoal/release/ or .shoal/history/.',
      { cause: error },
    );
  }
}

async function deployedRelease(target: string): Promise<Uint8Array> {
  const isUrl = /^https?:\/\//i.test(target);
  const base = isUrl ? new URL('.', target).pathname : '/';
  const deployment = await deploymentOf(target, base);
  const read = async (path: string, limitBytes: number): Promise<Uint8Array> => {
    const served = await deployment.open(base + path);
    if (typeof served !== 'string') return readAll(served, limitBytes, base + path);
    throw new PublisherError(
      'io',
      `${target}: ${path} ${served}`,
      'Publish it first, or give another folder or URL.',
    );
  };
  const { payload } = decodeEnvelope(await read(headPath, limits.headBytes), target, limits.headBytes);
  const head = parseHead(payload, siteOf(payload));
  return read(releasePath(head.release.sha256), limits.releaseBytes);
}

/** A comparison is of any site: the head itself says which. */
function siteOf(payload: Uint8Array): string {
  return /"site":"([^"]*)"/.exec(Buffer.from(payload).toString('utf8'))?.[1] ?? '';
}

async function isFile(target: string): Promise<boolean> {
  if (/^https?:\/\//i.test(target)) return false;
  try {
    return (await stat(target)).isFile();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new PublisherError(
        'io',
        `there is no ${target}`,
        'Give a published folder, a URL or a release file.',
      );
    }
    throw error;
  }
}

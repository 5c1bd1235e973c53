/** A root to come, as a signing request, and as the signed document that it becomes. */

import { join } from 'node:path';
import { encodeEnvelope, fromUtf8, openNextRoot, payloadOf, utf8, type Root } from '../../manifests/index.ts';
import type { Project } from '../config/load.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { writeAtomically } from '../output/write.ts';
import type { RootChain } from '../release/roots.ts';
import { chosenSignatures } from '../release/seal.ts';
import { emptyRequest, isFor, type OpenedRequest } from '../signing/request.ts';
import { signRequest } from '../signing/sign-request.ts';
import { rootFolderOf } from '../site-state.ts';
import { requireAbsent } from './key-file.ts';
import type { Keyring } from './keyring.ts';

/** A request for the signatures that `root` needs to follow the chain; nobody has signed it. */
export function requestFor(root: Root, { documents, newest }: RootChain): OpenedRequest {
  return {
    request: {
      ...emptyRequest(root.site, documents),
      root: { payload: fromUtf8(payloadOf(root)) ?? '', signatures: [] },
    },
    trusted: newest,
    firstRoot: documents[0] ?? new Uint8Array(),
    nextRoot: root,
  };
}

/** A request goes on from the roots that are here, or is of no use. @throws PublisherError `refused`. */
export function requireSameChain({ request }: OpenedRequest, chain: RootChain, path: string): void {
  if (isFor(request, chain.documents)) return;
  throw new PublisherError(
    'refused',
    `${path} goes on from other roots than those in .shoal/root/`,
    'Somebody made a root meanwhile, or it is for another site. Prepare it again.',
  );
}

/** The document, with what the keys here can add: signed by both thresholds. @throws PublisherError `keys`. */
export async function signedRoot(opened: OpenedRequest, keyring: Keyring): Promise<Uint8Array> {
  const { trusted, nextRoot = trusted } = opened;
  const { root } = await signRequest(opened, keyring);
  const payload = utf8(root?.payload ?? '');
  const byOld = await chosenSignatures('root', payload, root?.signatures ?? [], trusted);
  const byNew = await chosenSignatures('root', payload, root?.signatures ?? [], nextRoot);
  const all = new Map([...byOld, ...byNew].map((signature) => [signature.keyid, signature]));
  const bytes = encodeEnvelope([...all.values()], payload);
  try {
    await openNextRoot(bytes, trusted);
    return bytes;
  } catch (error) {
    throw new PublisherError(
      'keys',
      `the new root is not signed by enough keys: ${byOld.length} of the ${trusted.roles.root.m} that root ${trusted.v} asks for, ${byNew.length} of its own ${nextRoot.roles.root.m} (${reasonOf(error)})`,
      'Use --prepare FILE, have it signed with `shoal sign FILE`, then `shoal keys finish FILE`.',
    );
  }
}

/** Writes a root where the chain goes on; never over another one. @throws PublisherError `exists`, `io`. */
export async function writeRoot(project: Project, root: Root, bytes: Uint8Array): Promise<string> {
  const path = join(rootFolderOf(project), `${root.v}.json`);
  await requireAbsent(path);
  await writeAtomically(path, bytes);
  return path;
}

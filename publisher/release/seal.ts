/** From a plan to signed documents. */

import {
  encodeEnvelope,
  ManifestError,
  openHead,
  openRelease,
  payloadOf,
  signersOf,
  type Head,
  type ReleaseRef,
  type Role,
  type Root,
  type Signature,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { sha256Of } from './content.ts';
import type { ReleaseFiles } from './history.ts';
import { headOf, type Plan } from './plan.ts';

/** Collects signatures over a payload; there may be too few, too many, or bad ones among them. */
export type Sign = (role: 'release' | 'head', payload: Uint8Array) => Promise<readonly Signature[]>;

/** What is to be deployed. */
export interface Edition {
  readonly release: ReleaseFiles;
  readonly previous: readonly ReleaseFiles[];
  readonly head: Head;
  readonly headBytes: Uint8Array;
  readonly isNewRelease: boolean;
  readonly isNewHead: boolean;
}

/** Signs what is new in a plan. @throws PublisherError `keys`, `refused`, `limit`. */
export async function sealEdition(plan: Plan, root: Root, sign: Sign): Promise<Edition> {
  const { previous } = plan;
  const release = await sealRelease(plan, root, sign);
  const isNewRelease = plan.release.kind === 'new';
  if (plan.head.kind === 'kept') {
    const { head, bytes } = plan.head;
    return { release, previous, head, headBytes: bytes, isNewRelease, isNewHead: false };
  }
  const head = headOf(plan.head.draft, release.ref);
  const headBytes = await seal('head', head, root, sign);
  await requireAccepted(openHead(headBytes, root));
  return { release, previous, head, headBytes, isNewRelease, isNewHead: true };
}

async function sealRelease({ release: planned }: Plan, root: Root, sign: Sign): Promise<ReleaseFiles> {
  if (planned.kind === 'kept') return planned.files;
  const { release, content } = planned;
  const bytes = await seal('release', release, root, sign);
  const ref = refOf(bytes, release.v);
  await requireAccepted(openRelease(bytes, root, ref));
  return { ref, release, bytes, layers: content.layers, torrents: content.torrents };
}

/** How a head names a release. */
export function refOf(bytes: Uint8Array, v: number): ReleaseRef {
  return { v, sha256: sha256Of(bytes), len: bytes.length };
}

async function seal(role: 'release' | 'head', document: object, root: Root, sign: Sign): Promise<Uint8Array> {
  const payload = payloadOf(document);
  const signatures = await chosenSignatures(role, payload, await sign(role, payload), root);
  const { m, k } = root.roles[role];
  if (signatures.length >= m) return encodeEnvelope(signatures, payload);
  const needed = m === 1 ? `a signature by the ${role} key is` : `${m} signatures by ${role} keys are`;
  const here = signatures.length === 0 ? 'no key' : `only ${signatures.length} key`;
  throw new PublisherError(
    'keys',
    `${needed} needed, and ${here} that may sign is here (root ${root.v} names ${k.map((id) => id.slice(0, 8)).join(', ')})`,
    'See `shoal keys list`. Restore the key file from your copy, or use --prepare, `shoal sign` and --finish with those who have the keys.',
  );
}

/**
 * Valid signatures in the order in which the root names their keys, and no more than it asks for: so the
 * same people make the same bytes, and a signature that comes late changes nothing.
 */
export async function chosenSignatures(
  role: Role,
  payload: Uint8Array,
  signatures: readonly Signature[],
  root: Root,
): Promise<Signature[]> {
  const valid: Signature[] = [];
  for (const signature of signatures) {
    const signers = await signersOf(role, { signatures: [signature], payload }, root);
    if (signers.size > 0 && valid.every(({ keyid }) => keyid !== signature.keyid)) valid.push(signature);
  }
  const { k, m } = root.roles[role];
  return valid.sort((a, b) => k.indexOf(a.keyid) - k.indexOf(b.keyid)).slice(0, m);
}

/** What was just signed must pass the checks that browsers will make. */
async function requireAccepted(opening: Promise<unknown>): Promise<void> {
  try {
    await opening;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new PublisherError(
      error.code === 'too-large' ? 'limit' : 'refused',
      reasonOf(error),
      'Leave files out with share.exclude, or correct the option that the message names.',
      { cause: error },
    );
  }
}

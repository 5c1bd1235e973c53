/** `shoal sign`: a key holder adds signatures to a request. */

import { signersOf, utf8, type Role, type Root, type Signature } from '../../manifests/index.ts';
import { signaturesBy, type Keyring } from '../keys/keyring.ts';
import { headOfRequest, type OpenedRequest, type SigningRequest } from './request.ts';

/** Who has signed a document of a request, and how many must. */
export interface SignatureState {
  readonly role: Role;
  /** The root that counts; a new root needs the old one's threshold and its own. */
  readonly rootVersion: number;
  readonly signedBy: readonly string[];
  readonly mayBeSignedBy: readonly string[];
  readonly needed: number;
  /** The head waits for the release, which has no name before it is signed. */
  readonly isWaiting: boolean;
}

/** The request with what the keys here can add; the same request when they can add nothing. */
export async function signRequest(opened: OpenedRequest, keyring: Keyring): Promise<SigningRequest> {
  const { request, trusted, nextRoot } = opened;
  const signed = {
    ...request,
    ...(request.root &&
      nextRoot && { root: await addRootSignatures(request.root, keyring, [trusted, nextRoot]) }),
  };
  const { edition } = request;
  if (edition === undefined) return signed;
  const release =
    edition.release === null
      ? null
      : await addSignatures('release', edition.release, utf8(edition.release.payload), keyring, trusted);
  const withRelease = { ...signed, edition: { ...edition, release } };
  const head = await headOfRequest(withRelease, trusted);
  if (head?.isComplete !== true) return withRelease;
  const signedHead = await addSignatures('head', edition.head, head.payload, keyring, trusted);
  return { ...withRelease, edition: { ...edition, release, head: signedHead } };
}

/** What each document of a request still needs. */
export async function statesOf(opened: OpenedRequest): Promise<SignatureState[]> {
  const { request, trusted, nextRoot } = opened;
  const states: SignatureState[] = [];
  const push = async (role: Role, part: Signed, payload: Uint8Array, root: Root, isWaiting = false) => {
    const signedBy = [...(await signersOf(role, { signatures: part.signatures, payload }, root))];
    const { k, m } = root.roles[role];
    states.push({ role, rootVersion: root.v, signedBy, mayBeSignedBy: k, needed: m, isWaiting });
  };
  if (request.root && nextRoot) {
    const payload = utf8(request.root.payload);
    for (const root of [trusted, nextRoot]) await push('root', request.root, payload, root);
  }
  const { edition } = request;
  if (edition?.release) await push('release', edition.release, utf8(edition.release.payload), trusted);
  const head = await headOfRequest(request, trusted);
  if (edition && head) await push('head', edition.head, head.payload, trusted, !head.isComplete);
  return states;
}

interface Signed {
  readonly signatures: Signature[];
}

async function addRootSignatures<T extends Signed & { payload: string }>(
  part: T,
  keyring: Keyring,
  roots: readonly Root[],
): Promise<T> {
  let signed = part;
  for (const root of roots) signed = await addSignatures('root', signed, utf8(part.payload), keyring, root);
  return signed;
}

async function addSignatures<T extends Signed>(
  role: Role,
  part: T,
  payload: Uint8Array,
  keyring: Keyring,
  root: Root,
): Promise<T> {
  const already = [...(await signersOf(role, { signatures: part.signatures, payload }, root))];
  const added = await signaturesBy(keyring, role, payload, root, already);
  return { ...part, signatures: [...part.signatures, ...added] };
}

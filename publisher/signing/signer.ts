/** Signing at the machine that publishes: with its own keys, and with what others have signed already. */

import { fromUtf8, type Root, type Signature } from '../../manifests/index.ts';
import { PublisherError } from '../errors.ts';
import { keyringOf, signaturesBy } from '../keys/keyring.ts';
import type { Passphrases } from '../keys/passphrase.ts';
import { chosenSignatures, type Sign } from '../release/seal.ts';
import type { SiteState } from '../site-state.ts';
import { headOfRequest, type OpenedRequest, type SigningRequest } from './request.ts';

/** Signs with the keys of this machine what the signatures of a request leave open. */
export function signer(
  { project, roots }: SiteState,
  passphrases: Passphrases,
  warn: (warning: string) => void,
  opened: OpenedRequest | undefined,
): Sign {
  const root = roots.newest;
  let request = opened?.request;
  return async (role, payload) => {
    const keyring = await keyringOf(project, [role], passphrases, warn);
    const brought = request === undefined ? [] : await givenSignatures(request, role, payload, root);
    const given = await chosenSignatures(role, payload, brought, root);
    const already = given.map(({ keyid }) => keyid);
    const signatures = [...given, ...(await signaturesBy(keyring, role, payload, root, already))];
    // The head's bytes follow from the release's signatures, so that the request must know them, too.
    const edition = request?.edition;
    if (role === 'release' && request && edition?.release) {
      const release = { ...edition.release, signatures };
      request = { ...request, edition: { ...edition, release } };
    }
    return signatures;
  };
}

/** The signatures that a request brings for exactly these bytes. */
async function givenSignatures(
  request: SigningRequest,
  role: 'release' | 'head',
  payload: Uint8Array,
  root: Root,
): Promise<readonly Signature[]> {
  const { edition } = request;
  const head = role === 'head' ? await headOfRequest(request, root) : undefined;
  const prepared = role === 'head' ? head && fromUtf8(head.payload) : edition?.release?.payload;
  if (prepared !== fromUtf8(payload)) {
    throw new PublisherError(
      'refused',
      `the ${role} is not the one that was prepared: the folder, the configuration, the options, the keys or the history has changed since`,
      'Bring back what was prepared, or use --prepare again and have that signed.',
    );
  }
  return (role === 'head' ? edition?.head : edition?.release)?.signatures ?? [];
}

/** Sentences for people about why a document was refused; never part of the worker. */

import type { ManifestError, ManifestErrorCode } from './errors.ts';

const sentences: Readonly<Record<ManifestErrorCode, string>> = {
  'too-large': 'is larger than the format allows',
  'bad-envelope': 'is no envelope: a line of signatures, a newline, then the payload',
  'bad-json': 'is not JSON in UTF-8, spelled exactly as JSON.stringify would',
  'bad-shape': 'is missing, or not of the type or range that the format says',
  'bad-path': 'is not a path that an asset can have',
  'bad-key': 'is not a strict Ed25519 public key under the SHA-256 of itself',
  'bad-signature': 'does not carry enough valid signatures of the keys that may sign it',
  'wrong-type': 'is another kind of document',
  'wrong-site': 'is signed for another site',
  'wrong-digest': 'has changed since it was named: its SHA-256 is another one',
  'wrong-length': 'does not have the length that was signed',
  'wrong-version': 'is not the version that was asked for',
  rollback: 'is older than what is trusted already',
  revoked: 'is older than the floor: it was revoked',
  'fast-forward': 'is from the future',
  changed: 'has changed without a new number',
  'unknown-spec': 'has a format that this version of Shoal does not know; install a newer one',
};

/** One sentence: what is wrong, and where; with the terse message, which has the details. */
export function explain(error: ManifestError): string {
  return `${error.where} ${sentences[error.code]} (${error.message})`;
}

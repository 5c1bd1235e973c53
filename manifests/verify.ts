/** Signed bytes to documents: verify, then parse, then check the shape (clauses M1, M2, M5). */

import { fromBase64Url, sha256Hex } from './bytes.ts';
import type { Digest, DocumentType, Head, Release, ReleaseRef, Root } from './documents.ts';
import { verifySignature } from './ed25519.ts';
import { decodeEnvelope, payloadType, preAuthEncoding, signatureBytes, type Envelope } from './envelope.ts';
import { refuse } from './errors.ts';
import { limits } from './limits.ts';
import { parseHead } from './parse-head.ts';
import { parseRelease } from './parse-release.ts';
import { parseRoot } from './parse-root.ts';

/**
 * Opens the root that everything starts from: root 1, which came with the worker's own script over
 * TLS. It must carry its own threshold of signatures. Throws {@link ManifestError}.
 */
export async function openFirstRoot(bytes: Uint8Array, site?: string): Promise<Root> {
  const envelope = decodeEnvelope(bytes, 'root', limits.rootBytes);
  // The keys are inside what they sign, so this one document is read before it is verified.
  const root = await parseRoot(envelope.payload, site);
  await requireThreshold('root', envelope, root);
  return root;
}

/**
 * Opens root N+1 on the word of root N: signed by the threshold of both, version exactly one more.
 * Throws {@link ManifestError}.
 */
export async function openNextRoot(bytes: Uint8Array, trusted: Root): Promise<Root> {
  const envelope = decodeEnvelope(bytes, 'root', limits.rootBytes);
  await requireThreshold('root', envelope, trusted);
  const root = await parseRoot(envelope.payload, trusted.site);
  if (root.v !== trusted.v + 1) {
    refuse('wrong-version', 'root');
  }
  await requireThreshold('root', envelope, root);
  return root;
}

/** Opens a head: limits, signatures of the head role, shape. Throws {@link ManifestError}. */
export async function openHead(bytes: Uint8Array, root: Root): Promise<Head> {
  const envelope = decodeEnvelope(bytes, 'head', limits.headBytes);
  await requireThreshold('head', envelope, root);
  return parseHead(envelope.payload, root.site);
}

/**
 * Opens the release that a head points to: length and digest first, so that nothing else is worth
 * an attacker's time, then signatures, shape and version. Throws {@link ManifestError}.
 */
export async function openRelease(bytes: Uint8Array, root: Root, ref: ReleaseRef): Promise<Release> {
  if (bytes.length !== ref.len) {
    refuse('wrong-length', 'release');
  }
  await requireDigest(bytes, ref.sha256, 'release');
  const envelope = decodeEnvelope(bytes, 'release', limits.releaseBytes);
  await requireThreshold('release', envelope, root);
  const release = parseRelease(envelope.payload, root.site);
  if (release.v !== ref.v) {
    refuse('wrong-version', 'release');
  }
  return release;
}

/** Checks the layers blob against its release. Throws {@link ManifestError}. */
export async function checkLayers(bytes: Uint8Array, layers: Release['layers']): Promise<Uint8Array> {
  if (bytes.length !== layers.len) {
    refuse('wrong-length', 'layers');
  }
  await requireDigest(bytes, layers.sha256, 'layers');
  return bytes;
}

async function requireDigest(bytes: Uint8Array, expected: Digest, where: string): Promise<void> {
  const actual = await sha256Hex(bytes);
  if (actual !== expected) refuse('wrong-digest', where);
}

/** At least `m` valid signatures by different keys of the role; bad ones among them do no harm. */
async function requireThreshold(role: DocumentType, envelope: Envelope, root: Root): Promise<void> {
  const { m } = root.roles[role];
  const { size } = await signersOf(role, envelope, root);
  if (size < m) {
    refuse('bad-signature', role, ` ${size}/${m}`);
  }
}

/** The key ids of the role that validly signed, each once. */
export async function signersOf(
  role: DocumentType,
  envelope: Envelope,
  root: Root,
): Promise<ReadonlySet<string>> {
  const { k } = root.roles[role];
  const message = preAuthEncoding(payloadType(role), envelope.payload);
  // A set: the same key signing twice counts once (CVE-2020-6174).
  const signers = new Set<string>();
  for (const signature of envelope.signatures) {
    const keyText = k.includes(signature.keyid) ? root.keys[signature.keyid] : undefined;
    const key = keyText === undefined ? undefined : fromBase64Url(keyText);
    const bytes = signatureBytes(signature);
    if (key === undefined || bytes === undefined || signers.has(signature.keyid)) continue;
    if (await verifySignature(bytes, message, key)) signers.add(signature.keyid);
  }
  return signers;
}

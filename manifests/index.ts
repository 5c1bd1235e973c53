/** The pure room of trust: documents, digests, signatures, rules. README.md has the numbered clauses. */

export * from './bytes.ts';
export * from './catalog.ts';
export * from './chunks.ts';
export * from './documents.ts';
export { generateKeyPair, isUsablePublicKey, keyIdOf, publicKeyOf, verifySignature } from './ed25519.ts';
export { decodeEnvelope, encodeEnvelope, payloadOf, preAuthEncoding, signDocument } from './envelope.ts';
export { ManifestError, type ManifestErrorCode } from './errors.ts';
export * from './explain.ts';
export * from './headers.ts';
export * from './hex.ts';
export * from './layers.ts';
export * from './limits.ts';
export * from './merkle.ts';
export { isOrigin } from './parse-common.ts';
export { parseHead } from './parse-head.ts';
export { parseRelease } from './parse-release.ts';
export { parseRoot } from './parse-root.ts';
export { pathProblem } from './path-problem.ts';
export * from './paths.ts';
export * from './site.ts';
export * from './trust.ts';
export * from './verify.ts';

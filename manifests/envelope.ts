/**
 * The envelope of all three documents: one line of JSON with the signatures, a newline, then the
 * payload's exact bytes. What is signed is DSSE's pre-authentication encoding over them
 * (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md).
 */

import { concatBytes, fromBase64Url, toBase64Url, utf8 } from './bytes.ts';
import type { DocumentType, Signature } from './documents.ts';
import { keyIdOf, publicKeyOf, sign } from './ed25519.ts';
import { refuse } from './errors.ts';
import { fieldsOf, listIn, parseStrictJson, textIn } from './json.ts';
import { limits } from './limits.ts';

/** An envelope taken apart; nothing in it is verified. */
export interface Envelope {
  readonly signatures: readonly Signature[];
  readonly payload: Uint8Array;
}

/** Reads an envelope. Clause M2. Throws `too-large` or `bad-envelope`. */
export function decodeEnvelope(bytes: Uint8Array, where: string, limitBytes: number): Envelope {
  if (bytes.length > limitBytes) refuse('too-large', where);
  const newline = bytes.indexOf(0x0a);
  if (newline < 0) refuse('bad-envelope', where);
  const header = parseStrictJson(bytes.subarray(0, newline), where);
  const signatures = listIn(header, 'signatures', limits.signatures).map((item) => {
    const fields = fieldsOf(item, `${where} signature`);
    return { keyid: textIn(fields, 'keyid', 64), sig: textIn(fields, 'sig', 86) };
  });
  return { signatures, payload: bytes.subarray(newline + 1) };
}

/** Writes an envelope. */
export function encodeEnvelope(
  signatures: readonly Signature[],
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const line = JSON.stringify({ signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })) });
  return concatBytes([utf8(`${line}\n`), payload]);
}

/** What is signed: `DSSEv1 SP len(type) SP type SP len(body) SP body`. */
export function preAuthEncoding(type: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([utf8(`DSSEv1 ${utf8(type).length} ${type} ${body.length} `), body]);
}

/** The DSSE payload type of a document; makes a head worthless as a release. */
export function payloadType(type: DocumentType): string {
  return `application/vnd.shoal.${type}.v1+json`;
}

/** A document's payload: compact JSON, as clause M4 wants it. */
export function payloadOf(document: object): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify(document));
}

/** One signature over a payload. */
export async function signDocument(
  type: DocumentType,
  payload: Uint8Array,
  secretKey: Uint8Array,
): Promise<Signature> {
  const signature = await sign(preAuthEncoding(payloadType(type), payload), secretKey);
  return { keyid: await keyIdOf(await publicKeyOf(secretKey)), sig: toBase64Url(signature) };
}

/** The signature's 64 bytes; `undefined` when it is not one. */
export function signatureBytes(signature: Signature): Uint8Array | undefined {
  const bytes = fromBase64Url(signature.sig);
  return bytes?.length === 64 ? bytes : undefined;
}

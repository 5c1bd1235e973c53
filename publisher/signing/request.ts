/**
 * A signing request: a file that goes from the machine that publishes to those that have keys, and back.
 * It holds what is to be signed, to the byte, and the signatures so far; nothing in it is secret.
 */

import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import {
  encodeEnvelope,
  fromUtf8,
  ManifestError,
  parseHead,
  parseRelease,
  parseRoot,
  payloadOf,
  utf8,
  type Head,
  type ReleaseRef,
  type Root,
  type Signature,
} from '../../manifests/index.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { writeAtomically } from '../output/write.ts';
import { chosenSignatures, refOf } from '../release/seal.ts';
import { openRoots } from '../release/roots.ts';

const Signatures = v.array(v.strictObject({ keyid: v.string(), sig: v.string() }));
/** `payload`: the exact text that is signed. */
const Part = v.strictObject({ payload: v.string(), signatures: Signatures });

const Request = v.strictObject({
  shoal: v.literal('signing request 1'),
  site: v.string(),
  /** The chain of roots, exact texts from 1 on: who may sign. */
  roots: v.array(v.string()),
  /** A root to come. */
  root: v.exactOptional(Part),
  /** A release and a head to come, or a head alone. */
  edition: v.exactOptional(
    v.strictObject({
      timeMs: v.number(),
      release: v.nullable(Part),
      head: v.strictObject({
        /** In the order in which they are signed; `release` is null until that is signed: only then it has a name. */
        fields: v.record(v.string(), v.unknown()),
        signatures: Signatures,
      }),
    }),
  ),
});

/** What the file says. */
export type SigningRequest = v.InferOutput<typeof Request>;

/** A request that asks for nothing yet: which site it is for, and who may sign. */
export function emptyRequest(site: string, roots: readonly Uint8Array[]): SigningRequest {
  return { shoal: 'signing request 1', site, roots: roots.map((bytes) => fromUtf8(bytes) ?? '') };
}

/** Whether a request goes on from exactly these roots. */
export function isFor({ roots }: SigningRequest, documents: readonly Uint8Array[]): boolean {
  return roots.length === documents.length && documents.every((bytes, i) => fromUtf8(bytes) === roots[i]);
}

/** A request whose parts were looked at: all of them have the right form, for the right site. */
export interface OpenedRequest {
  readonly request: SigningRequest;
  readonly trusted: Root;
  readonly firstRoot: Uint8Array;
  readonly nextRoot?: Root;
}

/** Reads a request and checks everything but the signatures that are still missing. @throws PublisherError `refused`. */
export async function readRequest(path: string): Promise<OpenedRequest> {
  const request = parseRequest(await readText(path), path);
  try {
    const { documents, newest } = await openRoots(request.roots.map(utf8), request.site);
    if (request.edition?.release) parseRelease(utf8(request.edition.release.payload), request.site);
    const nextRoot = request.root && (await parseRoot(utf8(request.root.payload), request.site));
    if (nextRoot !== undefined && nextRoot.v !== newest.v + 1)
      throw unusable(path, 'its root is not the next');
    await headOfRequest(request, newest);
    const [firstRoot = new Uint8Array()] = documents;
    return { request, trusted: newest, firstRoot, ...(nextRoot && { nextRoot }) };
  } catch (error) {
    if (error instanceof ManifestError) throw unusable(path, reasonOf(error));
    throw error;
  }
}

/** Writes a request. @throws PublisherError `io`. */
export async function writeRequest(path: string, request: SigningRequest): Promise<void> {
  await writeAtomically(path, utf8(`${JSON.stringify(request, null, 1)}\n`));
}

/** The request's head as it is signed; its release is unknown before that is complete. */
export async function headOfRequest(
  { edition, site }: SigningRequest,
  root: Root,
): Promise<{ readonly head: Head; readonly payload: Uint8Array; readonly isComplete: boolean } | undefined> {
  if (edition === undefined) return undefined;
  const { fields } = edition.head;
  const found = fields['release'] ?? (await releaseRefOf(edition.release, root, site));
  const payload = payloadOf({ ...fields, release: found ?? unknownRelease(fields) });
  return { head: parseHead(payload, site), payload, isComplete: found !== undefined };
}

async function releaseRefOf(
  part: v.InferOutput<typeof Part> | null,
  root: Root,
  site: string,
): Promise<ReleaseRef | undefined> {
  if (part === null) return undefined;
  const payload = utf8(part.payload);
  const signatures: Signature[] = await chosenSignatures('release', payload, part.signatures, root);
  if (signatures.length < root.roles.release.m) return undefined;
  return refOf(encodeEnvelope(signatures, payload), parseRelease(payload, site).v);
}

/** Stands in so that everything else can be checked. A head is never older than its release. */
function unknownRelease(fields: Readonly<Record<string, unknown>>): object {
  return { v: fields['seq'], sha256: '0'.repeat(64), len: 1 };
}

function parseRequest(text: string, path: string): SigningRequest {
  try {
    return v.parse(Request, JSON.parse(text));
  } catch {
    // Not in a parser's words: somebody may have given a key file by mistake.
    throw unusable(path, 'its content is not that of one');
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PublisherError(
      'io',
      `${path} cannot be read: ${reasonOf(error)}`,
      'Give the file that --prepare wrote.',
    );
  }
}

function unusable(path: string, why: string): PublisherError {
  return new PublisherError(
    'refused',
    `${path} is not a signing request that can be used: ${why}`,
    'Give the file that --prepare wrote, as it is; if it was changed on its way, prepare it again.',
  );
}

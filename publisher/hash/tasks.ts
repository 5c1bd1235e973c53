/** What the hashing threads are asked, and what they answer. */

import * as v from 'valibot';
import { fromBase64Url, toBase64Url } from '../../manifests/index.ts';
import { PublisherError, type PublisherErrorCode, reasonOf } from '../errors.ts';
import { digestFile, type FileDigests } from './digest-file.ts';
import { hashPieces, type PackPart } from './hash-pieces.ts';
import type { ReadableFile } from './read-file.ts';

const Stamp = v.object({ size: v.number(), mtimeNs: v.string(), ctimeNs: v.string(), ino: v.string() });

/** One piece of work. */
export type Task =
  | { readonly kind: 'digest'; readonly file: ReadableFile; readonly chunkBytes: number }
  | { readonly kind: 'pieces'; readonly parts: readonly PackPart[]; readonly pieceBytes: number };

/** A task with its number, as a thread gets it. */
export const NumberedTask = v.object({
  id: v.number(),
  task: v.variant('kind', [
    v.object({
      kind: v.literal('digest'),
      file: v.object({ absolute: v.string(), stamp: Stamp }),
      chunkBytes: v.number(),
    }),
    v.object({
      kind: v.literal('pieces'),
      parts: v.array(v.object({ absolute: v.string(), stamp: Stamp, offset: v.number() })),
      pieceBytes: v.number(),
    }),
  ]),
});

const Digests = v.object({ h: v.string(), r: v.string(), layer: v.string() });

/** What a task gives. */
export type Outcome =
  | { readonly kind: 'digest'; readonly digests: FileDigests }
  | { readonly kind: 'pieces'; readonly pieces: string }
  | {
      readonly kind: 'failed';
      readonly code: PublisherErrorCode;
      readonly message: string;
      readonly hint: string;
    };

/** What a thread says: how far it is, or what came out. */
export const ThreadMessage = v.variant('kind', [
  v.object({ kind: v.literal('progress'), bytes: v.number() }),
  v.object({
    kind: v.literal('done'),
    id: v.number(),
    outcome: v.variant('kind', [
      v.object({ kind: v.literal('digest'), digests: Digests }),
      v.object({ kind: v.literal('pieces'), pieces: v.string() }),
      v.object({
        kind: v.literal('failed'),
        code: v.picklist(['file-changed', 'io']),
        message: v.string(),
        hint: v.string(),
      }),
    ]),
  }),
]);

/** Does a task, here and now. Never throws: a failure is an outcome. */
export async function perform(task: Task, onBytes: (bytes: number) => void): Promise<Outcome> {
  try {
    if (task.kind === 'digest') {
      return { kind: 'digest', digests: await digestFile(task.file, task.chunkBytes, onBytes) };
    }
    return { kind: 'pieces', pieces: toBase64Url(await hashPieces(task.parts, task.pieceBytes, onBytes)) };
  } catch (error) {
    const code = error instanceof PublisherError && error.code === 'file-changed' ? 'file-changed' : 'io';
    const hint = error instanceof PublisherError ? error.hint : 'Check the disk and the file’s permissions.';
    return { kind: 'failed', code, message: reasonOf(error), hint };
  }
}

/** The digests of a `digest` task. @throws PublisherError what the task failed of. */
export function digestsOf(outcome: Outcome): FileDigests {
  if (outcome.kind === 'digest') return outcome.digests;
  throw failureOf(outcome);
}

/** The pieces of a `pieces` task. @throws PublisherError what the task failed of. */
export function piecesOf(outcome: Outcome): Uint8Array {
  const pieces = outcome.kind === 'pieces' ? fromBase64Url(outcome.pieces) : undefined;
  if (pieces !== undefined) return pieces;
  throw failureOf(outcome);
}

function failureOf(outcome: Outcome): Error {
  if (outcome.kind === 'failed') return new PublisherError(outcome.code, outcome.message, outcome.hint);
  return new TypeError(`a hashing thread answered with ${outcome.kind} to another task`);
}

/** Why a document, a key or a byte range was refused. A closed set: callers switch over it. */
export type ManifestErrorCode =
  | 'too-large'
  | 'bad-envelope'
  | 'bad-json'
  | 'bad-shape'
  | 'bad-path'
  | 'bad-key'
  | 'bad-signature'
  | 'wrong-type'
  | 'wrong-site'
  | 'wrong-digest'
  | 'wrong-length'
  | 'wrong-version'
  | 'rollback'
  | 'revoked'
  | 'fast-forward'
  | 'changed'
  | 'unknown-spec';

/**
 * Thrown by everything in this room that refuses its input. `where` names the document and the field.
 * The message is terse, because the worker carries it to every visitor; `explain.ts` has the sentences.
 */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly code: ManifestErrorCode;
  readonly where: string;

  constructor(code: ManifestErrorCode, where: string, detail = '') {
    super(`${where}: ${code}${detail}`);
    this.code = code;
    this.where = where;
  }
}

/** Throws; an expression, so that it can stand after `??`. */
export function refuse(code: ManifestErrorCode, where: string, detail?: string): never {
  throw new ManifestError(code, where, detail);
}

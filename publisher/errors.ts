import { explain, ManifestError } from '../manifests/index.ts';

/** What can go wrong at the command line. A closed set: each code has one exit code. */
export type PublisherErrorCode =
  | 'usage' // a command called wrongly
  | 'config' // shoal.config.json is wrong
  | 'not-initialised' // no config, no root or no keys yet
  | 'exists' // would overwrite what must not be lost
  | 'build-missing' // the browser scripts are not built
  | 'walk' // a file in the folder that cannot be published
  | 'file-changed' // a file changed while it was read
  | 'limit' // the release would be larger than the format allows
  | 'busy' // another run of ours is at work on the same site
  | 'io' // reading or writing failed
  | 'network' // another machine did not answer
  | 'state' // .shoal/root or .shoal/history is damaged
  | 'keys' // a key file is missing, unreadable or not the root's
  | 'refused'; // a document does not say, or is not signed, as it should be

/**
 * The one error of this room. The message says what is wrong and where; `hint` what to do next.
 */
export class PublisherError extends Error {
  override readonly name = 'PublisherError';
  readonly code: PublisherErrorCode;
  readonly hint: string;

  constructor(code: PublisherErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** Exit codes, as `--help` documents them. */
export const exitCodes = { ok: 0, different: 1, usage: 2, io: 3, keys: 4 } as const;

/** The exit code of an error. */
export function exitCodeOf(code: PublisherErrorCode): number {
  switch (code) {
    case 'usage':
    case 'config':
    case 'not-initialised':
    case 'exists':
    case 'build-missing':
    case 'limit':
      return exitCodes.usage;
    case 'walk':
    case 'file-changed':
    case 'busy':
    case 'io':
    case 'network':
      return exitCodes.io;
    case 'state':
    case 'keys':
    case 'refused':
      return exitCodes.keys;
  }
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof ManifestError) return explain(error);
  return error instanceof Error ? error.message : String(error);
}

/** Node's code of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Why the hub could not start or go on. A closed set: callers switch over it. */
export type HubErrorCode =
  /** An option is wrong; the message says which and why. */
  | 'bad-option'
  /** The database cannot be opened, or was written by a newer version. */
  | 'database'
  /** The address cannot be listened on. */
  | 'listen';

/** Thrown by {@link createHub} and {@link startHub}. */
export class HubError extends Error {
  override readonly name = 'HubError';
  readonly code: HubErrorCode;

  constructor(code: HubErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

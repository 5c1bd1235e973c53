/** What a page of a benchmark tells about itself. */

/** How a page came by the payload. Times in milliseconds of the page's clock: 0 is the start of its navigation. */
export interface Outcome {
  /** The library is there and is asked for the payload. */
  readonly startMs: number;
  /** The library is ready, by its own word, and the payload is asked for. */
  readonly askedMs: number;
  /** All bytes are there. */
  readonly doneMs: number;
  /** Length of what arrived. */
  readonly bytes: number;
  /** Bytes received and not needed. */
  readonly wastedBytes: number;
  /** Why the library took no part and plain HTTP answered, or `''`. */
  readonly without: string;
}

declare global {
  interface Window {
    /** Rejects when the payload cannot be had. */
    outcome?: Promise<Outcome>;
  }
}

/** `window.demo`: what scripts and tests may wait for and ask. */
import type { PartName, PartResult } from './parts.ts';

/** How the whole page fared. */
export interface DemoResult {
  /** True when every part loaded. */
  readonly ok: boolean;
  /** From navigation to the last part, milliseconds. */
  readonly ms: number;
  /** From navigation until heavy files were allowed to load, milliseconds. */
  readonly readyMs: number;
  /** Whether the tag was there. */
  readonly shoal: boolean;
  readonly parts: Readonly<Record<PartName, PartResult>>;
}

export interface Demo {
  /** Resolves when every part has loaded or failed; never rejects. */
  readonly done: Promise<DemoResult>;
  /** Every file that the page loads, without the page itself: site paths, no slash in front. Filled before `done`. */
  readonly assets: string[];
  /** Fetches every one of {@link assets} and returns the SHA-256 of what came, hex. @throws Error naming a file that did not come */
  digests(): Promise<Record<string, string>>;
}

declare global {
  interface Window {
    demo: Demo;
  }
}

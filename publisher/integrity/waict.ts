/**
 * A manifest after the draft of Web Application Integrity, Consistency and Transparency, version 2
 * (https://github.com/waict-wg/waict-integrity-spec). Browsers that know it check what the page gets, from
 * wherever it came. Without an entry in a transparency log: that asks for `max-age=0`, and reports only.
 */

import { utf8 } from '../../manifests/index.ts';
import { sha256Of } from '../release/content.ts';
import { byCodeUnits } from '../order.ts';

/** One URL's content. `h`: SHA-256, base64url without padding. */
export interface HashedUrl {
  readonly path: string;
  readonly h: string;
  readonly isWasm: boolean;
}

/** The manifest: what it says, and the name that follows from that. */
export interface WaictManifest {
  /** 22 characters, 128 bits, of its own SHA-256: what the URL names never changes. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Builds the manifest of these URLs. */
export function waictManifest(urls: readonly HashedUrl[]): WaictManifest {
  const ordered = [...urls].sort((a, b) => byCodeUnits(a.path, b.path));
  const wasm = [...new Set(ordered.filter(({ isWasm }) => isWasm).map(({ h }) => h))].sort(byCodeUnits);
  const manifest = {
    hashes: Object.fromEntries(ordered.map(({ path, h }) => [path, h])),
    ...(wasm.length === 0 ? {} : { wasm_hashes: wasm }),
  };
  // Two lines: the manifest, and the proof that it is in a log, which is empty.
  const bytes = utf8(`${JSON.stringify(manifest)}\n\n`);
  return { name: Buffer.from(sha256Of(bytes), 'hex').toString('base64url').slice(0, 22), bytes };
}

/** The header field for every page; `path`: where the manifest is. */
export function waictHeader(path: string): string {
  return `Integrity-Policy-WAICT-v1: max-age=0, mode=report, manifest="${path}"`;
}

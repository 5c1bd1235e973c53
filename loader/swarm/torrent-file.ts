/** Fetches a pack's `.torrent`; its digest comes from the signed release, through the worker. */

import { sha256Hex } from '../../manifests/bytes.ts';
import type { PackLayout } from '../../protocol/worker-messages.ts';

const fetchTimeoutMs = 15_000;

/** `undefined`: not to be had, or not the right one. */
export async function fetchTorrentFile(layout: PackLayout): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const response = await fetch(layout.torrent, { signal: AbortSignal.timeout(fetchTimeoutMs) });
    if (!response.ok) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isRight = bytes.length === layout.torrentBytes && (await sha256Hex(bytes)) === layout.torrentSha256;
    return isRight ? bytes : undefined;
  } catch {
    return undefined;
  }
}

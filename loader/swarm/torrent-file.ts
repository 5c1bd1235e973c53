/** Has a pack's torrent from its `.torrent`, whose digest comes from the signed release. */

import { sha256Hex } from '../../manifests/bytes.ts';
import type { PackLayout } from '../../protocol/worker-messages.ts';
import type { OpenTorrent, Store, TorrentClient, TorrentWatcher } from './webtorrent.ts';

const fetchTimeoutMs = 15_000;

/** Why a torrent cannot be opened. */
export interface NoTorrent {
  readonly why: string;
}

/** From the origin. Neither the network nor the file can make it throw. */
export async function fetchTorrentFile(layout: PackLayout): Promise<Uint8Array<ArrayBuffer> | NoTorrent> {
  try {
    const signal = AbortSignal.timeout(fetchTimeoutMs);
    // Small, and in front of everything that the page may ask the origin for meanwhile.
    const response = await fetch(layout.torrent, { signal, priority: 'high' });
    if (!response.ok) return { why: `${layout.torrent} answers ${response.status}` };
    const file = new Uint8Array(await response.arrayBuffer());
    const isSigned = file.length === layout.torrentBytes && (await sha256Hex(file)) === layout.torrentSha256;
    return isSigned ? file : { why: `${layout.torrent} is not the one that the release names` };
  } catch (error) {
    return noTorrent(layout, error);
  }
}

/** Opens a file that is the one that the release names. */
export async function openTorrent(
  file: Uint8Array<ArrayBuffer>,
  layout: PackLayout,
  client: TorrentClient,
  store: Store,
  watcher: TorrentWatcher,
): Promise<OpenTorrent | NoTorrent> {
  try {
    const torrent = await client.open(file, store, watcher);
    if (torrent.infohash === layout.infohash) return torrent;
    torrent.close();
    return { why: `${layout.torrent} is of another pack` };
  } catch (error) {
    return noTorrent(layout, error);
  }
}

function noTorrent({ torrent }: PackLayout, error: unknown): NoTorrent {
  return { why: `${torrent} cannot be had: ${error instanceof Error ? error.message : 'unknown'}` };
}

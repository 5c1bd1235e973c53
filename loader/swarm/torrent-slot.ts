/** A pack's torrent, which is opened when it is first needed and may break. */

import type { PackLayout } from '../../protocol/worker-messages.ts';
import { fetchTorrentFile, openTorrent } from './torrent-file.ts';
import { OpenTorrent, type Store, type TorrentClient, type TorrentWatcher } from './webtorrent.ts';

export interface TorrentSlotEvents {
  /** It is open; called before anybody who waits for it goes on. */
  opened(torrent: OpenTorrent): void;
  failed(why: string): void;
}

export class TorrentSlot {
  readonly #layout: PackLayout;
  readonly #client: TorrentClient;
  readonly #events: TorrentSlotEvents;
  /** As the release names it; the origin is asked for it when it is needed and not here. */
  file: Uint8Array<ArrayBuffer> | undefined;
  #torrent: OpenTorrent | undefined;
  #opening: Promise<OpenTorrent | undefined> | undefined;
  #closed = false;

  constructor(layout: PackLayout, client: TorrentClient, events: TorrentSlotEvents) {
    this.#layout = layout;
    this.#client = client;
    this.#events = events;
  }

  get torrent(): OpenTorrent | undefined {
    return this.#torrent;
  }

  /** `undefined` when it cannot be had now; a later call tries again. */
  open(store: Store, watcher: TorrentWatcher): Promise<OpenTorrent | undefined> {
    this.#opening ??= this.#openNow(store, watcher).then((torrent) => {
      if (torrent === undefined) this.#opening = undefined;
      return torrent;
    });
    return this.#opening;
  }

  /** The torrent is gone from the client. */
  broke(): void {
    this.#torrent = undefined;
    this.#opening = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#torrent?.close();
    this.#torrent = undefined;
  }

  async #openNow(store: Store, watcher: TorrentWatcher): Promise<OpenTorrent | undefined> {
    const file = this.file ?? (await fetchTorrentFile(this.#layout));
    const isFile = file instanceof Uint8Array;
    if (isFile) this.file = file;
    const torrent = isFile ? await openTorrent(file, this.#layout, this.#client, store, watcher) : file;
    const isOpen = torrent instanceof OpenTorrent;
    if (this.#closed) {
      if (isOpen) torrent.close();
      return undefined;
    }
    if (!isOpen) {
      this.#events.failed(torrent.why);
      return undefined;
    }
    this.#torrent = torrent;
    this.#events.opened(torrent);
    return torrent;
  }
}

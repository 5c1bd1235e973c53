/** Whole assets that the engine itself wants, from peers alone. They are wants like the worker's, under ids that no worker gives. */

import type { HostToWorker, PackedAsset } from '../../protocol/worker-messages.ts';
import type { Pack } from './pack.ts';

interface Fetching {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly chunkBytes: number;
  left: number;
  readonly done: (isWhole: boolean) => void;
}

/** Peers that give an asset at all give it by then; what they gave in vain is asked for again later. */
const timeoutMs = 60_000;

export class WholeFetches {
  readonly #running = new Map<number, Fetching>();
  #lastId = 0;

  /** `undefined`: peers do not give all of it now. The caller checks what it is. */
  async fetch(
    pack: Pack,
    asset: PackedAsset,
    chunkBytes: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const id = --this.#lastId;
    const bytes = new Uint8Array(asset.size);
    const chunks = Array.from({ length: Math.ceil(asset.size / chunkBytes) }, (_, chunk) => chunk);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isWhole = await new Promise<boolean>((done) => {
      // The pack forgets its wants when the worker does.
      timer = setTimeout(() => done(false), timeoutMs);
      this.#running.set(id, { bytes, chunkBytes, left: asset.size, done });
      pack.want({ id, asset, chunks, chunkBytes, timeoutMs });
    });
    clearTimeout(timer);
    this.#running.delete(id);
    pack.cancel(id);
    return isWhole ? bytes : undefined;
  }

  /** Whether a pack's message was for us, and not for the worker. */
  take(message: HostToWorker): boolean {
    if (!('id' in message) || message.id >= 0) return false;
    const fetching = this.#running.get(message.id);
    if (fetching === undefined) return true;
    if (message.t === 'none') fetching.done(false);
    else {
      fetching.bytes.set(new Uint8Array(message.bytes), message.chunk * fetching.chunkBytes);
      fetching.left -= message.bytes.byteLength;
      if (fetching.left === 0) fetching.done(true);
    }
    return true;
  }
}

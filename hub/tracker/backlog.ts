import type { HubLimits } from '../limits.ts';

/** A connection that has not taken all that was sent to it. */
export interface Reader {
  readonly bufferedBytes: number;
  terminate(): void;
}

/** Below this the network is at work, not the reader. */
const unremarkableBytes = 4 * 1024;

/** Those that read slowly: one alone costs little, thousands together would cost all memory. */
export class Backlog {
  readonly #limits: Pick<HubLimits, 'bufferedBytesInAll' | 'slowMs'>;
  readonly #sinceMs = new Map<Reader, number>();

  constructor(limits: Pick<HubLimits, 'bufferedBytesInAll' | 'slowMs'>) {
    this.#limits = limits;
  }

  /** Something was sent to it. */
  sent(reader: Reader, nowMs: number): void {
    if (reader.bufferedBytes > unremarkableBytes && !this.#sinceMs.has(reader)) {
      this.#sinceMs.set(reader, nowMs);
    }
  }

  forget(reader: Reader): void {
    this.#sinceMs.delete(reader);
  }

  /** Drops who has been slow for too long, and the slowest while all together hold too much. */
  check(nowMs: number): void {
    for (const [reader, sinceMs] of this.#sinceMs) {
      if (reader.bufferedBytes <= unremarkableBytes) this.#sinceMs.delete(reader);
      else if (nowMs - sinceMs > this.#limits.slowMs) this.#drop(reader);
    }
    const slow = [...this.#sinceMs.keys()];
    let total = slow.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
    if (total <= this.#limits.bufferedBytesInAll) return;
    for (const reader of slow.sort((a, b) => b.bufferedBytes - a.bufferedBytes)) {
      if (total <= this.#limits.bufferedBytesInAll) return;
      total -= reader.bufferedBytes;
      this.#drop(reader);
    }
  }

  #drop(reader: Reader): void {
    this.#sinceMs.delete(reader);
    reader.terminate();
  }
}

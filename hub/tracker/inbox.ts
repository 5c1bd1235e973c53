import { TokenBucket } from '../token-bucket.ts';
import type { TrackerConnection } from './member.ts';

/** What a member is told by others, each within its own limits: together they must not drown it. */
export class Inbox {
  /** A page that everybody wants to connect to gets some kilobytes from each, in the first second. */
  static readonly bytesAtOnce = 4 * 1024 * 1024;
  static readonly bytesPerSecond = 512 * 1024;
  /** A reader that is behind gets nothing of others: else they could get it dropped. */
  static readonly bufferedBytes = 256 * 1024;
  readonly #connection: TrackerConnection;
  readonly #unasked: TokenBucket;

  constructor(connection: TrackerConnection, nowMs: number) {
    this.#connection = connection;
    this.#unasked = new TokenBucket(Inbox.bytesAtOnce, Inbox.bytesPerSecond, nowMs);
  }

  /**
   * `false`: it has had enough, and does not get this. `isAwaited`: it belongs to an offer of this
   * member, so that strangers' offers, however many, do not keep it out.
   */
  put(text: string, isAwaited: boolean, nowMs: number): boolean {
    if (this.#connection.bufferedBytes > Inbox.bufferedBytes * (isAwaited ? 2 : 1)) return false;
    if (!isAwaited && !this.#unasked.take(text.length, nowMs)) return false;
    this.#connection.send(text);
    return true;
  }
}

/** One WebSocket of the tracker, and what bounds it. */

import type { WebSocket } from 'ws';
import type { HubLimits } from '../limits.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { Backlog } from './backlog.ts';
import type { TrackerConnection } from './member.ts';

/** What one connection may say. */
const incoming = {
  messagesAtOnce: 400,
  messagesPerSecond: 50,
  bytesAtOnce: 1024 * 1024,
  bytesPerSecond: 128 * 1024,
  /** Messages over the limit that are ignored before the connection is closed. */
  ignoredMessages: 200,
} as const;

/** WebSocket close code (RFC 6455, section 7.4.1). */
const policyViolation = 1008;

export interface ConnectionOptions {
  readonly origin: string | null;
  readonly limits: HubLimits;
  readonly backlog: Backlog;
  readonly clock: () => number;
}

export class SocketConnection implements TrackerConnection {
  readonly origin: string | null;
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  #ignored = 0;
  #missedPongs = 0;
  #probing: NodeJS.Timeout | undefined;
  #heardAtMs: number;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    const nowMs = options.clock();
    this.origin = options.origin;
    this.#socket = socket;
    this.#options = options;
    this.#messages = new TokenBucket(incoming.messagesAtOnce, incoming.messagesPerSecond, nowMs);
    this.#bytes = new TokenBucket(incoming.bytesAtOnce, incoming.bytesPerSecond, nowMs);
    this.#heardAtMs = nowMs;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (!this.#isOpen) return;
    if (this.bufferedBytes > this.#options.limits.bufferedBytes) return this.terminate();
    this.#socket.send(text, () => {});
    this.#options.backlog.sent(this, this.#options.clock());
  }

  probe(): void {
    if (this.#probing !== undefined) return;
    this.#probing = setTimeout(() => this.terminate(), this.#options.limits.probeMs).unref();
    this.#ping();
  }

  /** Whether a message, or a ping, of so many bytes is within the limits. */
  admit(bytes: number): boolean {
    // What still comes after we have closed is nobody's business.
    if (!this.#isOpen) return false;
    const nowMs = this.#options.clock();
    if (this.#messages.take(1, nowMs) && this.#bytes.take(bytes, nowMs)) return true;
    this.#ignored++;
    if (this.#ignored > incoming.ignoredMessages) this.close(policyViolation, 'too many messages');
    return false;
  }

  /** It has said something as a member of a swarm. */
  heard(): void {
    this.#heardAtMs = this.#options.clock();
  }

  alive(): void {
    this.#missedPongs = 0;
    clearTimeout(this.#probing);
    this.#probing = undefined;
  }

  /** The regular look at it: half-open sockets, and those that do nothing, go. */
  check(inSwarm: boolean): void {
    const { idleMs, silentMs } = this.#options.limits;
    if (this.#missedPongs >= 2) return this.terminate();
    if (this.#options.clock() - this.#heardAtMs > (inSwarm ? silentMs : idleMs)) {
      return this.close(policyViolation, inSwarm ? 'no announce' : 'in no swarm');
    }
    this.#missedPongs++;
    this.#ping();
  }

  terminate(): void {
    clearTimeout(this.#probing);
    this.#socket.terminate();
  }

  /** The other side may answer for as long as the server's `closeTimeout`. */
  close(code: number, reason: string): void {
    clearTimeout(this.#probing);
    this.#socket.close(code, reason);
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #ping(): void {
    if (this.#isOpen) this.#socket.ping(() => {});
  }
}

/** The tracker's edge: WebSockets in, WebSockets out, and everything that bounds them. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { trackerLimits } from '../../protocol/tracker.ts';
import { messageOf, type Logger } from '../log.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { TrackerCore } from './core.ts';
import type { TrackerConnection } from './member.ts';

/** What bounds a connection. */
const socketLimits = {
  /** Sent and not yet taken by the other side; a slower reader is dropped. */
  bufferedBytes: 1024 * 1024,
  messagesAtOnce: 400,
  messagesPerSecond: 50,
  bytesAtOnce: 1024 * 1024,
  bytesPerSecond: 128 * 1024,
  /** Messages over the limit that are ignored before the connection is closed. */
  ignoredMessages: 200,
  /** A socket that misses two pings in a row is dropped: after 90 seconds at the latest. */
  pingIntervalMs: 30_000,
  /** How long a socket whose peer id somebody else claims has to answer a ping. */
  probeMs: 5_000,
  /** A socket that is in no swarm for so long is closed. */
  idleMs: 120_000,
  connections: 50_000,
} as const;

const memberFlushMs = 100;
/** WebSocket close codes (RFC 6455, section 7.4.1). */
const goingAway = 1001;
const policyViolation = 1008;

export interface TrackerSocketsOptions {
  readonly core: TrackerCore;
  readonly log: Logger;
  readonly clock: () => number;
}

export class TrackerSockets {
  readonly #core: TrackerCore;
  readonly #log: Logger;
  readonly #clock: () => number;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: trackerLimits.messageBytes,
    // Compression costs 64 KiB and more of memory a connection.
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #connections = new Set<SocketConnection>();
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(options: TrackerSocketsOptions) {
    this.#core = options.core;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#timers = [
      setInterval(() => this.#core.flush(), memberFlushMs).unref(),
      setInterval(() => this.#reap(), socketLimits.pingIntervalMs).unref(),
    ];
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes over an HTTP upgrade. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#connections.size >= socketLimits.connections) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 60\r\n\r\n');
      return;
    }
    const origin = request.headers.origin ?? null;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, origin));
  }

  /** Closes every socket with 1001 (going away); those that do not answer within a second are cut. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const closing = [...this.#connections].map((connection) => connection.close(goingAway, 'the hub stops'));
    await Promise.all(closing);
    this.#server.close();
  }

  #open(webSocket: WebSocket, origin: string | null): void {
    const connection = new SocketConnection(webSocket, origin, this.#clock);
    this.#connections.add(connection);
    // Stock clients in Node send their JSON in binary frames.
    webSocket.on('message', (data) => {
      // No message of a stranger may end the process.
      try {
        const bytes = bytesOf(data);
        if (connection.admit(bytes.length)) this.#core.receive(connection, bytes.toString('utf8'));
      } catch (thrown) {
        this.#log.error('tracker-message', { message: messageOf(thrown) });
        connection.terminate();
      }
    });
    webSocket.on('pong', () => connection.alive());
    // `error` is always followed by `close` (too large a message, invalid UTF-8, a reset).
    webSocket.on('error', () => {});
    webSocket.on('close', () => {
      this.#connections.delete(connection);
      this.#core.disconnect(connection);
    });
  }

  #reap(): void {
    for (const connection of this.#connections) connection.check(this.#core.swarmsOf(connection) > 0);
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

class SocketConnection implements TrackerConnection {
  readonly origin: string | null;
  readonly #socket: WebSocket;
  readonly #clock: () => number;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  #ignored = 0;
  #missedPongs = 0;
  #probing: NodeJS.Timeout | undefined;
  #busyAtMs: number;

  constructor(socket: WebSocket, origin: string | null, clock: () => number) {
    const nowMs = clock();
    this.origin = origin;
    this.#socket = socket;
    this.#clock = clock;
    this.#messages = new TokenBucket(socketLimits.messagesAtOnce, socketLimits.messagesPerSecond, nowMs);
    this.#bytes = new TokenBucket(socketLimits.bytesAtOnce, socketLimits.bytesPerSecond, nowMs);
    this.#busyAtMs = nowMs;
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > socketLimits.bufferedBytes) return this.terminate();
    this.#socket.send(text, () => {});
  }

  probe(): void {
    if (this.#probing !== undefined) return;
    this.#probing = setTimeout(() => this.terminate(), socketLimits.probeMs).unref();
    this.#ping();
  }

  /** Whether a message of so many bytes is within the limits. */
  admit(bytes: number): boolean {
    const nowMs = this.#clock();
    if (this.#messages.take(1, nowMs) && this.#bytes.take(bytes, nowMs)) return true;
    this.#ignored++;
    if (this.#ignored > socketLimits.ignoredMessages)
      this.#socket.close(policyViolation, 'too many messages');
    return false;
  }

  alive(): void {
    this.#missedPongs = 0;
    clearTimeout(this.#probing);
    this.#probing = undefined;
  }

  /** The regular look at it: half-open sockets, and those that do nothing, go. */
  check(inSwarm: boolean): void {
    if (inSwarm) this.#busyAtMs = this.#clock();
    if (this.#missedPongs >= 2) return this.terminate();
    if (this.#clock() - this.#busyAtMs > socketLimits.idleMs) {
      return this.#socket.close(policyViolation, 'in no swarm');
    }
    this.#missedPongs++;
    this.#ping();
  }

  terminate(): void {
    clearTimeout(this.#probing);
    this.#socket.terminate();
  }

  close(code: number, reason: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.terminate(), 1000);
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#socket.close(code, reason);
    });
  }

  #ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(() => {});
  }
}

/** The tracker's edge: WebSockets in, WebSockets out, and everything that bounds them. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { trackerLimits } from '../../protocol/tracker.ts';
import type { HubLimits } from '../limits.ts';
import { messageOf, type Logger } from '../log.ts';
import type { Admission, Admitted, Refusal } from './admission.ts';
import { Backlog } from './backlog.ts';
import { SocketConnection } from './connection.ts';
import type { TrackerCore } from './core.ts';

const memberFlushMs = 100;
/** How long the other side may take to answer a close. */
const closeMs = 1_000;
/** WebSocket close code (RFC 6455, section 7.4.1). */
const goingAway = 1001;

/** A constant of its own, since some of these are newer than their types. */
const serverOptions = {
  noServer: true,
  maxPayload: trackerLimits.messageBytes,
  // Tiny parts cost far more memory than they have bytes.
  maxFragments: 64,
  maxBufferedChunks: 2_048,
  closeTimeout: closeMs,
  // Compression costs 64 KiB and more of memory a connection.
  perMessageDeflate: false,
  clientTracking: false,
};

export interface TrackerSocketsOptions {
  readonly core: TrackerCore;
  readonly admission: Admission;
  readonly limits: HubLimits;
  readonly log: Logger;
  readonly clock: () => number;
}

export class TrackerSockets {
  readonly #options: TrackerSocketsOptions;
  readonly #server = new WebSocketServer(serverOptions);
  readonly #connections = new Map<WebSocket, SocketConnection>();
  readonly #backlog: Backlog;
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(options: TrackerSocketsOptions) {
    this.#options = options;
    this.#backlog = new Backlog(options.limits);
    this.#timers = [
      setInterval(() => this.#flush(), memberFlushMs).unref(),
      setInterval(() => this.#reap(), options.limits.pingIntervalMs).unref(),
    ];
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes over an HTTP upgrade. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const admitted = this.#options.admission.admit(request, this.size);
    if (typeof admitted === 'string') return refuseUpgrade(socket, admitted);
    socket.once('close', admitted.leave);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, admitted));
  }

  /** Closes every socket with 1001 (going away); those that do not answer within a second are cut. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const closing = [...this.#connections].map(([webSocket, connection]) => {
      const closed = new Promise((resolve) => webSocket.once('close', resolve));
      connection.close(goingAway, 'the hub stops');
      return closed;
    });
    await Promise.all(closing);
    this.#server.close();
  }

  #open(webSocket: WebSocket, { origin }: Admitted): void {
    const { core, limits, clock } = this.#options;
    const backlog = this.#backlog;
    const connection = new SocketConnection(webSocket, { origin: origin ?? null, limits, clock, backlog });
    this.#connections.set(webSocket, connection);
    // Stock clients in Node send their JSON in binary frames.
    webSocket.on('message', (data) => this.#receive(connection, data));
    webSocket.on('ping', (data) => connection.admit(data.length));
    webSocket.on('pong', () => connection.alive());
    // `error` is always followed by `close` (too large a message, invalid UTF-8, a reset).
    webSocket.on('error', () => {});
    webSocket.on('close', () => {
      this.#connections.delete(webSocket);
      this.#backlog.forget(connection);
      core.disconnect(connection);
    });
  }

  /** No message of a stranger may end the process. */
  #receive(connection: SocketConnection, data: RawData): void {
    const { core, log } = this.#options;
    try {
      const bytes = bytesOf(data);
      if (!connection.admit(bytes.length)) return;
      core.receive(connection, bytes.toString('utf8'));
      if (core.swarmsOf(connection) > 0) connection.heard();
    } catch (thrown) {
      log.error('tracker-message', { message: messageOf(thrown) });
      connection.terminate();
    }
  }

  #flush(): void {
    this.#options.core.flush();
    this.#backlog.check(this.#options.clock());
  }

  #reap(): void {
    const { core } = this.#options;
    for (const connection of this.#connections.values()) connection.check(core.swarmsOf(connection) > 0);
  }
}

/** Answers with a status and ends the connection, also when the other side keeps its half open. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

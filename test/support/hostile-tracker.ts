/** A tracker on this machine that does what a test wants, over real WebSockets. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { fieldsOf } from './reports.ts';

/** One page's socket. */
export interface Caller {
  /** Path of the URL that it called, without `announce`. */
  readonly path: string;
  readonly socket: WebSocket;
  /** Says a message of the swarm. */
  readonly say: (message: object) => void;
}

export interface HostileTracker {
  /** The hub's URL for pages. */
  readonly url: string;
  /** Sockets that were opened so far, by path and moment. */
  readonly calls: readonly { readonly path: string; readonly atMs: number }[];
  /** Announces so far, by path. */
  readonly announces: (path?: string) => readonly Readonly<Record<string, unknown>>[];
  /** Sockets that are open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

export async function startHostileTracker(
  onAnnounce: (caller: Caller, announce: Readonly<Record<string, unknown>>) => void,
  onSignal: (signal: Readonly<Record<string, unknown>>) => void = () => undefined,
): Promise<HostileTracker> {
  const calls: { path: string; atMs: number }[] = [];
  const announces: { path: string; message: Readonly<Record<string, unknown>> }[] = [];
  const server = createHttpServer((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { url = '' }) => {
    const path = url.replace(/announce$/, '');
    calls.push({ path, atMs: performance.now() });
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const message = fieldsOf(JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '{}'));
      if (message['action'] === 'signal') return onSignal(message);
      if (message['action'] !== 'announce') return;
      announces.push({ path, message });
      const { info_hash } = message;
      const say = (more: object): void => socket.send(JSON.stringify({ info_hash, ...more }));
      onAnnounce({ path, socket, say }, message);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    calls,
    announces: (path) =>
      announces.filter((each) => path === undefined || each.path === path).map(({ message }) => message),
    open: () => sockets.clients.size,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}

export interface Tarpit {
  readonly url: string;
  /** Moments at which somebody came. */
  readonly calls: readonly number[];
  readonly close: () => void;
}

/** Takes connections, and then: hangs up, says nothing, or says a byte now and then. */
export async function startTarpit(how: 'hang-up' | 'silence' | 'drip'): Promise<Tarpit> {
  const calls: number[] = [];
  const server = createServer((socket) => {
    calls.push(performance.now());
    socket.on('error', () => undefined);
    if (how === 'hang-up') socket.destroy();
    if (how !== 'drip') return;
    const timer = setInterval(() => socket.write('H'), 500);
    socket.on('close', () => clearInterval(timer));
  });
  const sockets = new Set<{ destroy(): unknown }>();
  server.on('connection', (socket) => sockets.add(socket));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    calls,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

interface Listening {
  listen(port: number, host: string): unknown;
  address(): AddressInfo | string | null;
  once(event: 'listening', listener: () => void): unknown;
}

async function listen(server: Listening): Promise<number> {
  const listening = new Promise<void>((resolve) => server.once('listening', resolve));
  server.listen(0, '127.0.0.1');
  await listening;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** 20 bytes as trackers write them. */
export function peerName(name: string | number): string {
  return String(name).padEnd(20, '.').slice(0, 20);
}

/** A session description that browsers accept, of a peer that does not exist. */
export function offerOfNobody(more: readonly string[] = []): string {
  return [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
    'a=setup:actpass',
    'a=mid:0',
    'a=sctp-port:5000',
    ...more,
    '',
  ].join('\r\n');
}

/** A static server with the headers that Shoal wants, and the hub beside the site. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Hub } from '../../hub/index.ts';
import { PublisherError, reasonOf } from '../errors.ts';
import { contentTypeOf } from '../labels/content-type.ts';
import { hasFingerprint } from '../labels/fingerprint.ts';
import { cacheControlOf } from './cache-control.ts';
import { findFile } from './find-file.ts';
import { pacer } from './pacer.ts';
import { releaseView } from './release-view.ts';
import { sendFile, type Sent } from './send-file.ts';

/** What is served. */
export interface SiteOptions {
  readonly dir: string;
  /** Path that the folder is served under; default `/`. */
  readonly base?: string;
  /** Answers below its prefix, and is told what the origin sent. */
  readonly hub?: Hub;
  /** The site's origin, as the hub knows it; needed with `hub`. */
  readonly site?: string;
  /** Limit over all responses, in bytes a second; default none. The hub is not limited. */
  readonly paceBytesPerSecond?: number;
}

/** One answered request: body bytes as they went to the network. */
export interface ServedRequest {
  /** Path and query, as in the request. */
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
}

/** What the origin sent so far. */
export interface OriginCounts {
  readonly requests: number;
  /** Body bytes, headers not counted. */
  readonly bytes: number;
  /** By path and query. */
  readonly paths: ReadonlyMap<string, { readonly requests: number; readonly bytes: number }>;
}

/** A site that can be put on any `http.Server`, or listen by itself. */
export interface Site {
  handle(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  originCounts(): OriginCounts;
  /** Calls back after each request that is not the hub's; gives the way to stop that. */
  onServed(listener: (served: ServedRequest) => void): () => void;
  /** Starts a server. `port` 0 (default): any free one. `host`: default 127.0.0.1. */
  listen(options?: { readonly port?: number; readonly host?: string }): Promise<ListeningSite>;
}

/** A site on a port. */
export interface ListeningSite {
  /** Origin, without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  /** Stops at once; open connections are cut. */
  close(): Promise<void>;
}

/** Makes a site; nothing is opened yet. */
export function createSite(options: SiteOptions): Site {
  const { dir, base = '/', hub, site = '' } = options;
  const pace = pacer(options.paceBytesPerSecond);
  const release = releaseView(dir);
  const toHub =
    hub === undefined ? undefined : getRequestListener(new Hono().route(hub.prefix, hub.app).fetch);
  const paths = new Map<string, { requests: number; bytes: number }>();
  const listeners = new Set<(served: ServedRequest) => void>();

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<Sent> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendText(request, response, 405, 'Only GET and HEAD.\n', { allow: 'GET, HEAD' });
    }
    const found = await findFile(dir, path, base);
    switch (found.kind) {
      case 'nothing':
        return sendText(request, response, 404, `There is no ${path} here.\n`, {});
      case 'redirect':
        return sendText(request, response, 308, '', { location: found.location });
      case 'file': {
        const entry = await release.find(path);
        const isImmutable = entry === undefined ? hasFingerprint(found.path) : entry.im === true;
        const headers = {
          'content-type': entry?.ct ?? contentTypeOf(found.path),
          'cache-control': cacheControlOf(found.path, isImmutable),
          'x-content-type-options': 'nosniff',
          ...entry?.hd,
        };
        return await sendFile(request, response, found.absolute, headers, pace);
      }
    }
  }

  function count(served: ServedRequest): void {
    const before = paths.get(served.path) ?? { requests: 0, bytes: 0 };
    paths.set(served.path, { requests: before.requests + 1, bytes: before.bytes + served.bytes });
    hub?.recordOrigin({ site, ...served });
    for (const listener of listeners) listener(served);
  }

  const self: Site = {
    handle: (request, response) => {
      const path = pathOf(request);
      if (toHub !== undefined && hub !== undefined && path.startsWith(hub.prefix)) {
        void toHub(request, response);
        return;
      }
      answer(request, response, path).then(
        (sent) => count({ path: request.url ?? '/', ...sent }),
        () => response.destroy(),
      );
    },
    handleUpgrade: (request, socket, head) => {
      // A reset before anybody took the socket over must not end the process.
      socket.on('error', () => socket.destroy());
      if (hub?.handleUpgrade(request, socket, head) === true) return;
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    },
    originCounts: () => {
      const all = [...paths.values()];
      return {
        requests: all.reduce((sum, { requests }) => sum + requests, 0),
        bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
        paths: new Map(paths),
      };
    },
    onServed: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listen: ({ port = 0, host = '127.0.0.1' } = {}) => listen(self, port, host),
  };
  return self;
}

async function listen(site: Site, port: number, host: string): Promise<ListeningSite> {
  const server = createServer((request, response) => site.handle(request, response));
  server.on('upgrade', (request, socket, head) => site.handleUpgrade(request, socket, head));
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new PublisherError(
      'io',
      `cannot listen on ${host}:${port}: ${reasonOf(error)}`,
      'Choose another port with --port.',
    );
  }
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    origin: `http://${name}:${bound}`,
    port: bound,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): Sent {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': String(body.length),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  return { status, bytes: request.method === 'HEAD' ? 0 : body.length };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { createHub, type Hub } from './create-hub.ts';
import { HubError } from './errors.ts';
import { defaultLimits } from './limits.ts';
import { messageOf } from './log.ts';
import type { HubOptions } from './options.ts';
import { refuseUpgrade } from './tracker/sockets.ts';

/** How long open requests may take to end when the hub stops. */
const stopMs = 2000;
/** How long a client may take to send its whole request. */
const requestMs = 30_000;
/** How long a connection may stand still; live figures are sent more often. */
const stillMs = 120_000;
/** Connections beside the tracker's: requests that are under way. */
const requestsAtOnce = 5_000;

export interface StartHubOptions extends HubOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
}

/** A hub that listens. */
export interface RunningHub {
  readonly hub: Hub;
  /** The hub's base URL, ending in its prefix. */
  readonly url: string;
  readonly port: number;
  /** Stops gracefully; see {@link Hub.close}. */
  close(): Promise<void>;
}

/** Throws {@link HubError}: `bad-option`, `database`, `listen`. */
export async function startHub({
  host = '127.0.0.1',
  port,
  ...options
}: StartHubOptions): Promise<RunningHub> {
  const hub = await createHub(options);
  const listener = getRequestListener(new Hono().route(hub.prefix, hub.app).fetch);
  const server = createServer({ requestTimeout: requestMs }, (request, response) => {
    void listener(request, response);
  });
  server.timeout = stillMs;
  server.maxConnections = (options.limits?.connections ?? defaultLimits.connections) + requestsAtOnce;
  server.on('upgrade', (request, socket, head) => {
    // A reset before the tracker takes over must not end the process.
    socket.on('error', () => socket.destroy());
    if (!hub.handleUpgrade(request, socket, head)) refuseUpgrade(socket, '404 Not Found');
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (thrown) {
    await hub.close();
    throw new HubError('listen', `cannot listen on ${host}:${port}: ${messageOf(thrown)}`, { cause: thrown });
  }
  // Out of file descriptors, for one: those who are in are served on.
  server.on('error', (thrown) => options.log?.error('server', { message: messageOf(thrown) }));
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    hub,
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${hub.prefix}`,
    close: async () => {
      await hub.close();
      await closeServer(server);
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), stopMs);
  await closed;
  clearTimeout(timer);
}

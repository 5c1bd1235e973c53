import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A TCP port on which nobody listens now. Only for what cannot listen on port 0 and tell: a server that is
 * stopped and started again at the same address, or an address that is in a page before its server runs.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric port');
  return address.port;
}

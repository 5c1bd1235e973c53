import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A STUN server on this machine that takes every request and answers none (RFC 8489, section 6.2.1). */
export interface SilentStun {
  /** `stun:127.0.0.1:<port>`. */
  readonly url: string;
  /** Datagrams that came so far. */
  readonly asked: () => number;
  readonly close: () => void;
}

export async function startSilentStun(): Promise<SilentStun> {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', () => {
    asked++;
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    url: `stun:127.0.0.1:${socket.address().port}`,
    asked: () => asked,
    close: () => {
      socket.close();
    },
  };
}

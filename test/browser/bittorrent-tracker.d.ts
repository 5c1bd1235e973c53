/** What the tests use of the reference tracker, which has no types. */
declare module 'bittorrent-tracker/server' {
  import type { EventEmitter } from 'node:events';
  import type { Server as HttpServer } from 'node:http';

  export default class Server extends EventEmitter {
    constructor(options: { readonly udp: boolean; readonly stats: boolean });
    readonly http: HttpServer;
    listen(port: number, host: string, listening: () => void): void;
    close(closed: () => void): void;
  }
}

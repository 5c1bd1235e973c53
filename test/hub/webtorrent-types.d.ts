/** What the test of stock clients uses of WebTorrent in Node; the package has no types of its own. */
declare module 'webtorrent' {
  import type { EventEmitter } from 'node:events';

  interface Torrent extends EventEmitter {
    readonly infoHash: string;
  }

  interface Where {
    readonly announce: readonly string[];
    readonly path: string;
  }

  export default class WebTorrent extends EventEmitter {
    constructor(options: object);
    seed(content: Buffer & { name: string }, where: Where, onSeed: (torrent: Torrent) => void): Torrent;
    add(infoHash: string, where: Where): Torrent;
  }
}

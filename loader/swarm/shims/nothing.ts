/**
 * In place of what WebTorrent can do and Shoal never asks for: making torrents, magnet links, its own
 * signaling and stores, its HTTP server, web seeds by URL, wire encryption, fetching.
 * Whoever calls it anyway gets an error, never a silent nothing.
 */

function unsupported(): never {
  throw new Error('left out of the Shoal engine');
}

class Unsupported {
  constructor() {
    unsupported();
  }
}

export default Unsupported;
export {
  unsupported as chunkStoreRead,
  unsupported as chunkStoreWrite,
  unsupported as parseInput,
  Unsupported as BrowserServer,
  Unsupported as MessageStreamEncryptor,
  Unsupported as NodeServer,
};
/** bittorrent-protocol asks whether the platform has RC4. */
export const nativeRC4 = false;

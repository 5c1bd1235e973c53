/** In place of `torrent-discovery` (trackers, DHT, LSD): Shoal finds its peers itself. */

import { EventEmitter } from './events.ts';

export default class Discovery extends EventEmitter {
  readonly tracker = null;
  complete(): void {}
  destroy(callback: () => void): void {
    callback();
  }
}

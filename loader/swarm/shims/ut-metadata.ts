/**
 * In place of `ut_metadata` (BEP 9): a torrent comes from its signed `.torrent`, never from a peer,
 * and is never handed to one either (attack: metadata substitution). The extension is not announced
 * as usable: it answers nothing.
 */

import { EventEmitter } from './events.ts';

export default function utMetadata(): typeof EventEmitter {
  class SilentMetadata extends EventEmitter {
    setMetadata(): void {}
  }
  Object.defineProperty(SilentMetadata.prototype, 'name', { value: 'ut_metadata' });
  return SilentMetadata;
}

/** What a peer says on the control channel, from text to something that can be used (protocol/peer-messages.ts). */

import { peerLimits, peerProtocol, type PackState, type PeerMessage } from '../../protocol/peer-messages.ts';
import { fieldsOf, isHex, listOf, parseFields } from './fields.ts';

/** `undefined`: not understood or too long; the connection is not worth keeping. */
export function parsePeerMessage(text: unknown): PeerMessage | undefined {
  if (typeof text !== 'string' || text.length > peerLimits.messageBytes) return undefined;
  const fields = parseFields(text);
  switch (fields?.['t']) {
    case 'hello': {
      const { v, peerId } = fields;
      const packs = parsePacks(fields['packs']);
      if (v !== peerProtocol || !isHex(peerId, 40) || packs === undefined) return undefined;
      return { t: 'hello', v, peerId, packs };
    }
    case 'packs': {
      const packs = parsePacks(fields['packs']);
      return packs === undefined ? undefined : { t: 'packs', packs };
    }
    case 'bye':
      return { t: 'bye' };
    default:
      return undefined;
  }
}

function parsePacks(value: unknown): readonly PackState[] | undefined {
  return listOf(value, peerLimits.packs, (item) => {
    const { infohash, state, wants } = fieldsOf(item) ?? {};
    if (!isHex(infohash, 40) || typeof wants !== 'boolean') return undefined;
    if (state !== 'whole' && state !== 'part' && state !== 'none') return undefined;
    return { infohash, state, wants };
  });
}

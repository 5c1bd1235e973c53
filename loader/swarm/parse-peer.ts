/** What a peer says on the control channel, from text to something that can be used (protocol/peer-messages.ts). */

import { limits } from '../../manifests/limits.ts';
import {
  peerLimits,
  peerProtocol,
  type Claim,
  type PackClaims,
  type PackHolders,
  type PackState,
  type PeerMessage,
  type PieceRun,
} from '../../protocol/peer-messages.ts';
import { fieldsOf, isCount, isHex, listOf, parseFields } from './fields.ts';

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
    case 'claims': {
      const packs = listOf(fields['packs'], peerLimits.claims, parseClaims);
      return packs === undefined ? undefined : { t: 'claims', packs };
    }
    case 'head': {
      const { head } = fields;
      return typeof head === 'string' && head.length <= limits.headBytes ? { t: 'head', head } : undefined;
    }
    case 'seek': {
      const { hops } = fields;
      const packs = listOf(fields['packs'], peerLimits.sought, parseId);
      const isKnown = isCount(hops) && hops < peerLimits.hops;
      return packs === undefined || !isKnown ? undefined : { t: 'seek', packs, hops };
    }
    case 'holders': {
      const packs = listOf(fields['packs'], peerLimits.sought, parseHolders);
      return packs === undefined ? undefined : { t: 'holders', packs };
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

/** An infohash, or a member. */
function parseId(value: unknown): string | undefined {
  return isHex(value, 40) ? value : undefined;
}

function parseHolders(value: unknown): PackHolders | undefined {
  const { infohash, peers: list } = fieldsOf(value) ?? {};
  const peers = listOf(list, peerLimits.holders, parseId);
  return !isHex(infohash, 40) || peers === undefined ? undefined : { infohash, peers };
}

function parseClaims(value: unknown): PackClaims | undefined {
  const { infohash, claims: list } = fieldsOf(value) ?? {};
  const claims = listOf(list, peerLimits.claims, parseClaim);
  return !isHex(infohash, 40) || claims === undefined ? undefined : { infohash, claims };
}

function parseClaim(value: unknown): Claim | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const { by, seq, ageMs } = fields;
  const wants = parseRuns(fields['wants']);
  const flying = parseRuns(fields['flying']);
  const done = parseRuns(fields['done']);
  if (!isHex(by, 40) || !isCount(seq) || !isCount(ageMs)) return undefined;
  return wants && flying && done && { by, seq, ageMs, wants, flying, done };
}

/** Ascending and apart, so that no list names more pieces than there can be. */
function parseRuns(value: unknown): readonly PieceRun[] | undefined {
  if (!Array.isArray(value) || value.length > peerLimits.runs) return undefined;
  const runs: PieceRun[] = [];
  let after = 0;
  for (const item of value) {
    const ends: readonly unknown[] = Array.isArray(item) ? item : [];
    const [first, last] = ends;
    if (!isCount(first) || !isCount(last)) return undefined;
    if (first < after || last < first || last >= peerLimits.pieces) return undefined;
    runs.push([first, last]);
    after = last + 1;
  }
  return runs;
}

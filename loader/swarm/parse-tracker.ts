/** What the hub says, from text to something that can be used (protocol/tracker.ts). */

import { trackerLimits, type SignalBody } from '../../protocol/tracker.ts';
import { fieldsOf, hexOfBinary, listOf, parseFields } from './fields.ts';

export type HubMessage =
  | {
      readonly t: 'announced';
      readonly interval: unknown;
      /** How many are in the swarm, as far as the tracker says. */
      readonly size: number;
      /** `undefined`: a tracker that does not know Shoal. */
      readonly members: readonly string[] | undefined;
    }
  | { readonly t: 'members'; readonly joined: readonly string[]; readonly left: readonly string[] }
  | { readonly t: 'signal'; readonly from: string; readonly attempt: string; readonly body: SignalBody }
  /** An offer or answer of a stock client, or over a stock tracker. */
  | {
      readonly t: 'relayed';
      readonly from: string;
      readonly attempt: string;
      readonly kind: 'offer' | 'answer';
      readonly sdp: string;
    }
  /** Our announce was refused: this hub does not serve the site. */
  | { readonly t: 'refused' }
  /** A signal of ours did not arrive: its member has left. */
  | { readonly t: 'undelivered' };

const changesLimit = 1_000;

/** `undefined`: not understood, not for this swarm, or too long; it is ignored. */
export function parseHubMessage(text: unknown, swarmId: string): HubMessage | undefined {
  if (typeof text !== 'string' || text.length > trackerLimits.messageBytes) return undefined;
  const fields = parseFields(text);
  if (fields === undefined) return undefined;
  if (fields['info_hash'] !== undefined && hexOfBinary(fields['info_hash']) !== swarmId) return undefined;
  const refusal = fields['failure reason'];
  if (refusal !== undefined) return { t: fields['action'] === 'announce' ? 'refused' : 'undelivered' };
  switch (fields['action']) {
    case 'announce':
      if (fields['interval'] === undefined) return parseRelayed(fields);
      return {
        t: 'announced',
        interval: fields['interval'],
        size: countOf(fields['complete']) + countOf(fields['incomplete']),
        members: listOf(fields['members'], trackerLimits.members, hexOfBinary),
      };
    case 'members':
      return {
        t: 'members',
        joined: listOf(fields['joined'], changesLimit, hexOfBinary) ?? [],
        left: listOf(fields['left'], changesLimit, hexOfBinary) ?? [],
      };
    case 'signal':
      return parseSignal(fields);
    default:
      return undefined;
  }
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function parseRelayed(fields: Readonly<Record<string, unknown>>): HubMessage | undefined {
  const from = hexOfBinary(fields['peer_id']);
  const attempt = hexOfBinary(fields['offer_id']);
  const kind = fields['offer'] === undefined ? 'answer' : 'offer';
  const sdp = fieldsOf(fields[kind])?.['sdp'];
  if (from === undefined || attempt === undefined || typeof sdp !== 'string') return undefined;
  return { t: 'relayed', from, attempt, kind, sdp };
}

function parseSignal(fields: Readonly<Record<string, unknown>>): HubMessage | undefined {
  const from = hexOfBinary(fields['peer_id']);
  const attempt = hexOfBinary(fields['offer_id']);
  const body = parseSignalBody(fields['signal']);
  if (from === undefined || attempt === undefined || body === undefined) return undefined;
  return { t: 'signal', from, attempt, body };
}

function parseSignalBody(value: unknown): SignalBody | undefined {
  const fields = fieldsOf(value);
  const { kind, sdp, candidate, mid } = fields ?? {};
  switch (kind) {
    case 'offer':
    case 'answer':
      return typeof sdp === 'string' ? { kind, sdp } : undefined;
    case 'candidate':
      if (typeof candidate !== 'string' || (mid !== null && typeof mid !== 'string')) return undefined;
      return { kind, candidate, mid };
    case 'refuse':
      return { kind };
    default:
      return undefined;
  }
}

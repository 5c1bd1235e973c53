/** Messages from pages, which are not trusted: unknown in, checked out, `undefined` for anything else. */

import { failureCodes } from '../protocol/beacon.ts';
import type { ClientToWorker, HarvestEntry, HostToWorker } from '../protocol/worker-messages.ts';

type Fields = Readonly<Record<string, unknown>>;

const listLimit = 50_000;

/** What any page may say. */
export function parseClientMessage(data: unknown): ClientToWorker | undefined {
  const fields = fieldsOf(data);
  switch (fields?.['t']) {
    case 'host':
    case 'waits':
    case 'state?':
      return { t: fields['t'] };
    case 'harvest': {
      const loaded = fields['loaded'];
      if (!Array.isArray(loaded) || loaded.length > listLimit) return undefined;
      return { t: 'harvest', loaded: loaded.map(harvestEntry).filter((entry) => entry !== undefined) };
    }
    case 'head':
      return typeof fields['head'] === 'string' ? { t: 'head', head: fields['head'] } : undefined;
    default:
      return undefined;
  }
}

/** What the host page may say over its port. */
export function parseHostMessage(data: unknown): HostToWorker | undefined {
  const fields = fieldsOf(data);
  if (fields === undefined) return undefined;
  const {
    t,
    id,
    chunk,
    bytes,
    isFromOrigin,
    peers,
    settled,
    whole,
    part,
    code,
    detail,
    rejectedBytes,
    digest,
  } = fields;
  switch (t) {
    case 'chunk':
      return isIndex(id) && isIndex(chunk) && bytes instanceof ArrayBuffer
        ? { t, id, chunk, bytes, isFromOrigin: isFromOrigin === true }
        : undefined;
    case 'none':
      return isIndex(id) ? { t, id } : undefined;
    case 'swarm':
      return isIndex(peers) && typeof settled === 'boolean' && isTextList(whole) && isTextList(part)
        ? { t, peers, settled, whole, part }
        : undefined;
    case 'failure': {
      const known = failureCodes.find((item) => item === code);
      return known !== undefined && typeof detail === 'string'
        ? {
            t,
            code: known,
            detail: detail.slice(0, 200),
            ...(isIndex(rejectedBytes) && typeof digest === 'string' ? { rejectedBytes, digest } : {}),
          }
        : undefined;
    }
    default:
      return undefined;
  }
}

function harvestEntry(value: unknown): HarvestEntry | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const { url, network, ms } = fields;
  if (typeof url !== 'string' || typeof ms !== 'number' || !(ms >= 0)) return undefined;
  return network === 'http' || network === 'cache' ? { url, network, ms } : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= listLimit && value.every((item) => typeof item === 'string');
}

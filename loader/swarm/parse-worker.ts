/** What the worker says over the port. It is our own code, but maybe of another version: checked all the same. */

import type { PackLayout, PackedAsset, WorkerToHost } from '../../protocol/worker-messages.ts';
import { fieldsOf, isCount, isHex, listOf } from './fields.ts';

const packsLimit = 3 * 4096;
const assetsLimit = 3 * 50_000;

/** `undefined`: not understood; it is ignored. */
export function parseWorkerMessage(data: unknown): WorkerToHost | undefined {
  const fields = fieldsOf(data);
  if (fields === undefined) return undefined;
  const { t, id, digest, chunk } = fields;
  switch (t) {
    case 'packs': {
      const packs = listOf(fields['packs'], packsLimit, parsePack);
      const piece = fields['piece'];
      return packs === undefined || !isCount(piece) ? undefined : { t, piece, packs };
    }
    case 'want': {
      const chunks = listOf(fields['chunks'], assetsLimit, (item) => (isCount(item) ? item : undefined));
      const { timeoutMs, url } = fields;
      if (!isCount(id) || !isHex(digest, 64) || chunks === undefined) return undefined;
      if (typeof timeoutMs !== 'number' || typeof url !== 'string') return undefined;
      return { t, id, digest, url, chunks, timeoutMs };
    }
    case 'cancel':
      return isCount(id) ? { t, id } : undefined;
    case 'bad':
      return isHex(digest, 64) && isCount(chunk) ? { t, digest, chunk } : undefined;
    case 'kept': {
      const { from, to } = fields;
      return isHex(digest, 64) && isCount(from) && isCount(to) ? { t, digest, from, to } : undefined;
    }
    case 'dropped':
      return isHex(digest, 64) ? { t, digest } : undefined;
    default:
      return undefined;
  }
}

function parsePack(value: unknown): PackLayout | undefined {
  const { infohash, torrent, torrentSha256, torrentBytes, assets: list } = fieldsOf(value) ?? {};
  const assets = listOf(list, assetsLimit, parseAsset);
  if (!isHex(infohash, 40) || typeof torrent !== 'string' || !isHex(torrentSha256, 64)) return undefined;
  if (!isCount(torrentBytes) || assets === undefined) return undefined;
  return { infohash, torrent, torrentSha256, torrentBytes, assets };
}

function parseAsset(value: unknown): PackedAsset | undefined {
  const { digest, size, offset } = fieldsOf(value) ?? {};
  return isHex(digest, 64) && isCount(size) && isCount(offset) ? { digest, size, offset } : undefined;
}

/** What the pages of a crowd load: assets for pages and for Shoal, and the same bytes as one file for WebTorrent. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeEnvelope, limits, parseRelease, type Release } from '../manifests/index.ts';
import { loadingPages } from './page-scripts.ts';
import { newProject, type BenchSite } from './site.ts';

/** A published site with a payload. */
export interface PayloadSite extends BenchSite {
  readonly assets: number;
  /** URL path of the torrent of the payload as one file. */
  readonly torrent: string;
}

const folder = '/assets/';
/** All assets in one: what an owner would seed with WebTorrent, and its web seed. No page with Shoal asks for it. */
const onePath = '/one.bin';

/** @throws Error where the bytes cannot be shared out evenly. */
export async function newPayloadSite(
  payloadBytes: number,
  assets: number,
  swarm: object,
): Promise<PayloadSite> {
  if (payloadBytes % assets !== 0) {
    throw new Error(`${payloadBytes} bytes cannot be shared out evenly over ${assets} assets.`);
  }
  const content = Array.from({ length: assets }, () => randomBytes(payloadBytes / assets));
  const files = Object.fromEntries(content.map((bytes, i) => [`${folder.slice(1)}${i}.bin`, bytes]));
  const site = await newProject(
    { ...(await loadingPages()), ...files, [onePath.slice(1)]: Buffer.concat(content) },
    { share: { include: [`${folder.slice(1)}**`, onePath.slice(1)] }, swarm },
  );
  const { release } = await site.publish();
  const envelope = await readFile(join(site.dir, `shoal/release/${release.sha256}.json`));
  const infohash = infohashOfOne(
    parseRelease(decodeEnvelope(envelope, 'release', limits.releaseBytes).payload),
  );
  return { ...site, assets, torrent: `/shoal/pack/${infohash}.torrent` };
}

/** A pack is an ordinary torrent with one file; this one must be the payload and nothing else. */
function infohashOfOne({ assets, packs }: Release): string {
  const one = assets[onePath];
  const beside = Object.values(assets).filter(({ p, h }) => p === one?.p && h !== one?.h);
  const pack = packs[one?.p ?? -1];
  if (pack === undefined || beside.length > 0) throw new Error('the payload has no pack of its own');
  return pack.ih;
}

/** Whether a request was for the payload, in whichever form. */
export function isPayload(path: string): boolean {
  return path.startsWith(folder) || path === onePath;
}

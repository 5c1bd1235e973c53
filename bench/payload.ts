/** What the pages of a crowd load: assets for pages and for Shoal, and the same bytes as one file for WebTorrent. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OriginCounts } from '../publisher/index.ts';
import { loadingPages } from './page-scripts.ts';
import { newProject, newSite, type BenchSite, type Files } from './site.ts';

/** A published site with a payload. */
export interface PayloadSite extends BenchSite {
  readonly assets: number;
  /** URL path of the torrent of the payload as one file. */
  readonly torrent: string;
}

const folder = '/assets/';
/** All assets in one: what an owner would seed with WebTorrent, and its web seed. No page with Shoal asks for it. */
const onePath = '/one.bin';
/** From this size on the publisher gives a file a pack of its own; smaller assets of whole pieces are the same one pack as that file. */
const ownPackBytes = 2 * 1024 * 1024;

/** @throws Error where the bytes cannot be shared out evenly. */
export async function newPayloadSite(
  payloadBytes: number,
  assets: number,
  swarm: object,
  origin?: string,
): Promise<PayloadSite> {
  if (payloadBytes % assets !== 0) {
    throw new Error(`${payloadBytes} bytes cannot be shared out evenly over ${assets} assets.`);
  }
  const content = Array.from({ length: assets }, () => randomBytes(payloadBytes / assets));
  const files = Object.fromEntries(content.map((bytes, i) => [`${folder.slice(1)}${i}.bin`, bytes]));
  const one = { [onePath.slice(1)]: Buffer.concat(content) };
  const isShared = payloadBytes >= ownPackBytes;
  const include = [`${folder.slice(1)}**`, ...(isShared ? Object.keys(one) : [])];
  const site = await newProject(
    { ...(await loadingPages()), ...files, ...one },
    { share: { include }, swarm, ...(origin === undefined ? {} : { origin }) },
  );
  await site.publish();
  // The hub is a tracker for the packs of its sites, and for nothing else.
  const torrent = `/shoal/pack/${await torrentNameOf(one)}`;
  if (!existsSync(join(site.dir, torrent))) throw new Error('the payload has no pack of its own');
  return { ...site, assets, torrent };
}

/** A pack is an ordinary torrent with one file: the only one of a site that has nothing else to share. */
async function torrentNameOf(one: Files): Promise<string> {
  const site = await newSite(one);
  try {
    const [name] = await readdir(join(site.dir, 'shoal/pack'));
    if (name === undefined) throw new Error('the payload has no pack');
    return name;
  } finally {
    site.remove();
  }
}

/** Body bytes of the payload that left the origin, in whichever form. */
export function payloadBytesOf({ paths }: Pick<OriginCounts, 'paths'>): number {
  return [...paths]
    .filter(([path]) => path.startsWith(folder) || path === onePath)
    .reduce((sum, [, { bytes }]) => sum + bytes, 0);
}

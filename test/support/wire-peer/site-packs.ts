/** What a scripted peer must know of a published site: where its swarm is, and the bytes of its packs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import parseTorrent from 'parse-torrent';
import { decodeEnvelope, limits, parseHead, parseRelease, swarmIdOf } from '../../../manifests/index.ts';
import type { ShoalSite } from '../shoal-site.ts';
import type { HubPlace } from './hub-voice.ts';
import type { WirePack } from './wire.ts';

/** The swarm's door of a site. */
export async function placeOf(site: ShoalSite): Promise<HubPlace> {
  const root = await readFile(join(site.dir, 'shoal/root/1.json'));
  return { hub: site.serving().hubUrl, origin: site.origin, swarmId: await swarmIdOf(root) };
}

/** The packs of the newest release. */
export async function packsOf(site: ShoalSite): Promise<readonly WirePack[]> {
  const head = parseHead(await payload(site, 'shoal/head.json'), site.origin);
  const release = parseRelease(await payload(site, `shoal/release/${head.release.sha256}.json`), site.origin);
  return Promise.all(
    release.packs.map(async ({ ih: infohash }, index) => {
      const torrent = await readFile(join(site.dir, `shoal/pack/${infohash}.torrent`));
      const { length, pieceLength: pieceBytes } = await parseTorrent(torrent);
      const bytes = Buffer.alloc(length);
      for (const [path, { p, o = 0 }] of Object.entries(release.assets)) {
        if (p === index) bytes.set(await readFile(join(site.dir, path)), o);
      }
      return { infohash, pieceBytes, bytes };
    }),
  );
}

async function payload(site: ShoalSite, path: string): Promise<Uint8Array> {
  return decodeEnvelope(await readFile(join(site.dir, path)), path, limits.releaseBytes).payload;
}

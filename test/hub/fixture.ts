/** A published site in a folder, and a hub that serves it. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Beacon } from '../../protocol/beacon.ts';
import {
  asDigest,
  encodeEnvelope,
  generateKeyPair,
  payloadOf,
  sha256Hex,
  signDocument,
  swarmIdOf,
  toBase64Url,
  utf8,
  type Head,
  type Release,
} from '../../manifests/index.ts';

export const site = 'https://shop.example';

export interface PublishedSite {
  readonly dir: string;
  readonly swarmId: string;
  /** SHA-256 of the newest release. */
  readonly release: string;
  /** Infohash of its only pack. */
  readonly pack: string;
  remove(): Promise<void>;
}

/** Sizes of the assets of a published release, in the order in which beacons count them. */
const threeAssets = { '/app.css': 4_000, '/app.js': 10_000, '/font.woff2': 16_000 } as const;

/** Writes a signed release, of three assets if not said otherwise, and its head, as `shoal publish` lays them out. */
export async function publishSite(
  pack = randomBytes(20).toString('hex'),
  assetSizes: Readonly<Record<string, number>> = threeAssets,
): Promise<PublishedSite> {
  const dir = await mkdtemp(join(tmpdir(), 'shoal-hub-'));
  const keys = await generateKeyPair();
  const version = 1_763_668_790_000;
  const release: Release = {
    t: 'release',
    spec: 1,
    site,
    v: version,
    piece: 65_536,
    assets: Object.fromEntries(
      Object.entries(assetSizes).map(([path, n], i) => [
        path,
        { n, h: toBase64Url(randomBytes(32)), ct: 'text/plain', p: 0, o: i * 65_536 },
      ]),
    ),
    layers: { sha256: await sha256Hex(new Uint8Array()), len: 0 },
    packs: [{ ih: pack, sha256: digestOf('torrent'), len: 100 }],
  };
  const releaseBytes = await sealed('release', release, keys.secretKey);
  const sha256 = await sha256Hex(releaseBytes);
  const head: Head = {
    t: 'head',
    spec: 1,
    site,
    seq: version + 10,
    root: 1,
    release: { v: version, sha256, len: releaseBytes.length },
    floor: 0,
    mode: 'on',
    freshUntil: '2030-01-01T00:00:00Z',
    previous: [],
  };
  await mkdir(join(dir, 'shoal/release'), { recursive: true });
  await writeFile(join(dir, `shoal/release/${sha256}.json`), releaseBytes);
  await writeFile(join(dir, 'shoal/head.json'), await sealed('head', head, keys.secretKey));
  return {
    dir,
    swarmId: await swarmIdOf(utf8('the first root')),
    release: sha256,
    pack,
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

async function sealed(
  type: 'release' | 'head',
  document: object,
  secretKey: Uint8Array,
): Promise<Uint8Array> {
  const payload = payloadOf(document);
  return encodeEnvelope([await signDocument(type, payload, secretKey)], payload);
}

function digestOf(text: string): NonNullable<ReturnType<typeof asDigest>> {
  const digest = asDigest(createHash('sha256').update(text).digest('hex'));
  if (digest === undefined) throw new Error('not a digest');
  return digest;
}

const hexId = (): string => randomBytes(16).toString('hex');

/** The first beacon of a page that received everything from peers; `over` changes it. */
export function beaconOf(release: string, over: Partial<Beacon> = {}): Beacon {
  return {
    v: 1,
    site,
    id: hexId(),
    session: hexId(),
    release,
    sequence: 0,
    visit: 'first',
    swarm: 'on',
    peers: 2,
    uploadedBytes: 0,
    loadMs: 800,
    assets: [
      tally(0, { swarmBytes: 4_000 }),
      tally(1, { swarmBytes: 10_000 }),
      tally(2, { swarmBytes: 16_000 }),
    ],
    failures: [],
    ...over,
  };
}

/** One asset asked for once. */
export function tally(asset: number, over: Partial<Beacon['assets'][number]> = {}): Beacon['assets'][number] {
  return {
    asset,
    requests: 1,
    httpBytes: 0,
    swarmBytes: 0,
    cacheBytes: 0,
    discardedBytes: 0,
    rejectedBytes: 0,
    totalMs: 20,
    ...over,
  };
}

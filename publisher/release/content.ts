/** What a release says, apart from when it was made. */

import { createHash } from 'node:crypto';
import {
  asDigest,
  concatBytes,
  fromBase64Url,
  limits,
  type AssetEntry,
  type Digest,
  type PackEntry,
  type Release,
} from '../../manifests/index.ts';
import type { Config } from '../config/schema.ts';
import { PublisherError } from '../errors.ts';
import { byCodeUnits } from '../order.ts';
import type { DigestedFile, Pack } from '../packs/build-packs.ts';

/** A release without its version, and the files that belong to it. */
export interface ReleaseContent {
  readonly unversioned: Omit<Release, 'v'>;
  readonly layers: Uint8Array;
  /** Infohash to `.torrent`. */
  readonly torrents: ReadonlyMap<string, Uint8Array>;
}

/** Puts the content together. @throws PublisherError `limit`. */
export function releaseContent(
  files: readonly DigestedFile[],
  packs: readonly Pack[],
  config: Config,
): ReleaseContent {
  const ordered = [...files].sort((a, b) => byCodeUnits(a.labelled.urlPath, b.labelled.urlPath));
  requireAssetCount(ordered.length);
  requireLimit('packs', packs.length, limits.packs);
  const layers = concatBytes(ordered.map(({ digests }) => fromBase64Url(digests.layer) ?? new Uint8Array()));
  requireLimit('bytes of chunk digests', layers.length, limits.layersBytes);
  const places = placesOf(packs);
  return {
    unversioned: {
      t: 'release',
      spec: 1,
      site: config.site,
      piece: config.chunkBytes,
      assets: Object.fromEntries(ordered.map((file) => [file.labelled.urlPath, entryOf(file, places)])),
      layers: { sha256: sha256Of(layers), len: layers.length },
      packs: packs.map(({ torrent }): PackEntry => ({
        ih: torrent.ih,
        sha256: digestOf(torrent.sha256),
        len: torrent.bytes.length,
      })),
    },
    layers,
    torrents: new Map(packs.map(({ torrent }) => [torrent.ih, torrent.bytes])),
  };
}

/** The release of a version, fields in the order in which they are signed. */
export function withVersion(content: Omit<Release, 'v'>, version: number): Release {
  const { t, spec, site, ...rest } = content;
  return { t, spec, site, v: version, ...rest };
}

interface Place {
  readonly p: number;
  readonly o: number;
}

function placesOf(packs: readonly Pack[]): Map<string, Place> {
  return new Map(
    packs.flatMap(({ offsets }, p) => offsets.map(({ h, offset }) => [h, { p, o: offset }] as const)),
  );
}

function entryOf({ labelled, digests }: DigestedFile, places: ReadonlyMap<string, Place>): AssetEntry {
  const place = labelled.label === 'shared' ? places.get(digests.h) : undefined;
  return {
    n: labelled.file.stamp.size,
    h: digests.h,
    ...(digests.r === '' ? {} : { r: digests.r }),
    ct: labelled.contentType,
    ...(labelled.immutable ? { im: true } : {}),
    ...(Object.keys(labelled.headers).length === 0 ? {} : { hd: labelled.headers }),
    ...place,
  };
}

/** SHA-256, branded. */
export function sha256Of(bytes: Uint8Array): Digest {
  return digestOf(createHash('sha256').update(bytes).digest('hex'));
}

function digestOf(hex: string): Digest {
  const digest = asDigest(hex);
  if (digest === undefined) throw new TypeError(`${hex} is not a SHA-256`);
  return digest;
}

/** Refuses what is too many before it is read. @throws PublisherError `limit`. */
export function requireAssetCount(count: number): void {
  requireLimit('assets', count, limits.assets);
}

function requireLimit(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw new PublisherError(
    'limit',
    `the release would have ${count} ${what}; the format allows ${limit}`,
    'Leave files out with share.include, share.exclude or ignore.',
  );
}

/** A release's payload: from verified bytes to a value (clauses M4, M7-M9). */

import { fromBase64Url } from './bytes.ts';
import type { AssetEntry, PackEntry, Release } from './documents.ts';
import { refuse } from './errors.ts';
import { allowedHeaders, isHeaderValue } from './headers.ts';
import {
  digestIn,
  fieldsOf,
  integerIn,
  listIn,
  objectIn,
  parseStrictJson,
  textIn,
  type Fields,
} from './json.ts';
import { layersLength } from './layers.ts';
import { limits } from './limits.ts';
import { checkCommon, maxTimeMs } from './parse-common.ts';
import { isAssetPath } from './paths.ts';

/** Throws {@link ManifestError}. `site` undefined: the document's own. */
export function parseRelease(payload: Uint8Array, site?: string): Release {
  const fields = parseStrictJson(payload, 'release');
  const common = checkCommon(fields, 'release', site);
  const piece = integerIn(fields, 'piece', limits.minChunkBytes, limits.maxChunkBytes);
  if ((piece & (piece - 1)) !== 0) refuse('bad-shape', 'release piece');
  const packs = listIn(fields, 'packs', limits.packs).map((pack) =>
    parsePack(fieldsOf(pack, 'release pack')),
  );
  const assets = parseAssets(objectIn(fields, 'assets'), common.site, packs.length);
  const layers = objectIn(fields, 'layers');
  const len = integerIn(layers, 'len', 0, limits.layersBytes);
  if (len !== layersLength(Object.values(assets), piece)) {
    refuse('wrong-length', 'release layers');
  }
  return {
    t: 'release',
    ...common,
    v: integerIn(fields, 'v', 1, maxTimeMs),
    piece,
    assets,
    layers: { sha256: digestIn(layers, 'sha256'), len },
    packs,
  };
}

function parseAssets(fields: Fields, site: string, packs: number): Record<string, AssetEntry> {
  const paths = Object.keys(fields.values);
  if (paths.length > limits.assets) refuse('too-large', 'release assets');
  const assets: Record<string, AssetEntry> = {};
  for (const path of paths) {
    if (!isAssetPath(path, site)) refuse('bad-path', `asset ${path}`);
    assets[path] = parseAsset(fieldsOf(fields.values[path], `asset ${path}`), packs);
  }
  return assets;
}

function parseAsset(fields: Fields, packs: number): AssetEntry {
  const { values } = fields;
  const n = integerIn(fields, 'n', 0, limits.assetBytes);
  return {
    n,
    h: hashIn(fields, 'h'),
    ...(n > limits.leafBytes && { r: hashIn(fields, 'r') }),
    ct: headerIn(fields, 'ct'),
    ...(values['im'] === true && { im: true }),
    ...(values['hd'] !== undefined && { hd: parseHeaders(objectIn(fields, 'hd')) }),
    ...(values['p'] !== undefined && {
      p: integerIn(fields, 'p', 0, packs - 1),
      o: integerIn(fields, 'o', 0, Number.MAX_SAFE_INTEGER - n),
    }),
  };
}

function parsePack(fields: Fields): PackEntry {
  const ih = textIn(fields, 'ih', 40);
  if (!/^[0-9a-f]{40}$/.test(ih)) refuse('bad-shape', fields.where);
  return { ih, sha256: digestIn(fields, 'sha256'), len: integerIn(fields, 'len', 1, limits.torrentBytes) };
}

function hashIn(fields: Fields, name: string): string {
  const text = textIn(fields, name, 43);
  if (fromBase64Url(text)?.length !== 32) refuse('bad-shape', `${fields.where} ${name}`);
  return text;
}

function parseHeaders(fields: Fields): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of Object.keys(fields.values)) {
    if (!allowedHeaders.has(name)) refuse('bad-shape', fields.where);
    headers[name] = headerIn(fields, name);
  }
  return headers;
}

function headerIn(fields: Fields, name: string): string {
  const text = textIn(fields, name, limits.headerValueBytes);
  if (!isHeaderValue(text)) refuse('bad-shape', `${fields.where} ${name}`);
  return text;
}

/** A release's payload: from verified bytes to a value (clauses M4, M7-M9). */

import { fromBase64Url } from './bytes.ts';
import { asDigest, type AssetEntry, type PackEntry, type Release } from './documents.ts';
import { ManifestError } from './errors.ts';
import { allowedHeaders, isHeaderValue } from './headers.ts';
import { fieldsOf, integerOf, listOf, parseStrictJson, textOf } from './json.ts';
import { layersLength } from './layers.ts';
import { limits } from './limits.ts';
import { checkCommon } from './parse-common.ts';
import { pathProblem } from './paths.ts';

/** Throws {@link ManifestError}. `site` undefined: the document's own. */
export function parseRelease(payload: Uint8Array, site?: string): Release {
  const fields = parseStrictJson(payload, 'release');
  const common = checkCommon(fields, 'release', site);
  const piece = integerOf(fields['piece'], 'release piece', limits.minChunkBytes, limits.maxChunkBytes);
  if ((piece & (piece - 1)) !== 0)
    throw new ManifestError('bad-shape', 'release piece', 'is no power of two');
  const packs = listOf(fields['packs'], 'release packs', limits.packs).map(parsePack);
  const assets = parseAssets(fields['assets'], common.site, packs.length);
  const layers = fieldsOf(fields['layers'], 'release layers');
  const layersSha256 = asDigest(layers['sha256']);
  if (layersSha256 === undefined) throw new ManifestError('bad-shape', 'release layers', 'has no digest');
  const len = integerOf(layers['len'], 'release layers', 0, limits.layersBytes);
  if (len !== layersLength(Object.values(assets), piece)) {
    throw new ManifestError('wrong-length', 'release layers', 'does not fit the assets');
  }
  return {
    t: 'release',
    ...common,
    v: integerOf(fields['v'], 'release v', 1, 1e13),
    piece,
    assets,
    layers: { sha256: layersSha256, len },
    packs,
  };
}

function parseAssets(value: unknown, site: string, packs: number): Record<string, AssetEntry> {
  const fields = fieldsOf(value, 'release assets');
  const paths = Object.keys(fields);
  if (paths.length > limits.assets) {
    throw new ManifestError('too-large', 'release assets', `are more than ${limits.assets}`);
  }
  const assets: Record<string, AssetEntry> = {};
  for (const path of paths) {
    const problem = pathProblem(path, site);
    if (problem !== undefined) throw new ManifestError('bad-path', `asset ${path}`, problem);
    assets[path] = parseAsset(fields[path], `asset ${path}`, packs);
  }
  return assets;
}

function parseAsset(value: unknown, where: string, packs: number): AssetEntry {
  const fields = fieldsOf(value, where);
  const n = integerOf(fields['n'], `${where} n`, 0, limits.assetBytes);
  const isTree = n > limits.leafBytes;
  const pack = fields['p'];
  return {
    n,
    h: parseHash(fields['h'], `${where} h`),
    ...(isTree ? { r: parseHash(fields['r'], `${where} r`) } : {}),
    ct: parseHeader(fields['ct'], `${where} ct`),
    ...(fields['im'] === true ? { im: true } : {}),
    ...(fields['hd'] === undefined ? {} : { hd: parseHeaders(fields['hd'], where) }),
    ...(pack === undefined
      ? {}
      : {
          p: integerOf(pack, `${where} p`, 0, packs - 1),
          o: integerOf(fields['o'], `${where} o`, 0, Number.MAX_SAFE_INTEGER - n),
        }),
  };
}

function parsePack(value: unknown, index: number): PackEntry {
  const where = `pack ${index}`;
  const fields = fieldsOf(value, where);
  const ih = textOf(fields['ih'], `${where} ih`, 40);
  if (!/^[0-9a-f]{40}$/.test(ih)) throw new ManifestError('bad-shape', where, 'has no infohash');
  const sha256 = asDigest(fields['sha256']);
  if (sha256 === undefined) throw new ManifestError('bad-shape', where, 'has no digest');
  return { ih, sha256, len: integerOf(fields['len'], `${where} len`, 1, limits.torrentBytes) };
}

function parseHash(value: unknown, where: string): string {
  const text = textOf(value, where, 43);
  if (fromBase64Url(text)?.length !== 32) throw new ManifestError('bad-shape', where, 'is no SHA-256');
  return text;
}

function parseHeaders(value: unknown, where: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(fieldsOf(value, `${where} hd`))) {
    if (!allowedHeaders.has(name)) {
      throw new ManifestError('bad-shape', `${where} hd`, `signs ${name}, which is not allowed`);
    }
    headers[name] = parseHeader(text, `${where} ${name}`);
  }
  return headers;
}

function parseHeader(value: unknown, where: string): string {
  const text = textOf(value, where, limits.headerValueBytes);
  if (!isHeaderValue(text)) throw new ManifestError('bad-shape', where, 'is no header value');
  return text;
}

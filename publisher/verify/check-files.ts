/** Whether each file of a deployment is the one that was signed. */

import { createHash } from 'node:crypto';
import { fromUtf8, limits, toBase64Url, type AssetEntry, type Release } from '../../manifests/index.ts';
import { bakedSettings, tagMark, workerMark } from '../output/browser-scripts.ts';
import { infohashOf } from '../packs/torrent.ts';
import { headPath, layersPath, tagPath, torrentPath, workerPath } from '../release/layout.ts';
import { sha256Of } from '../release/content.ts';
import { checkDisable, checkRegistration } from './check-registration.ts';
import { readAll, type Deployment, type Served } from './deployment.ts';
import { advice, wrong, type Deployed, type Finding } from './open-deployed.ts';

/** A check that can run beside others; it finds problems. */
export type Check = () => Promise<readonly Finding[]>;

/** Largest script that we read to look at its settings. */
const scriptBytes = 1024 * 1024;

/** Every check that follows from a release. `onBytes` hears of what was read. */
export function checksOf(
  deployment: Deployment,
  base: string,
  deployed: Deployed,
  onBytes: (bytes: number) => void,
): Check[] {
  const { release } = deployed;
  const own = [
    () => checkScript(deployment, base + tagPath, tagMark, deployed),
    () => checkScript(deployment, base + workerPath, workerMark, deployed),
    () => checkRegistration(deployment, base, scriptBytes),
    () => checkHeadHeaders(deployment, base + headPath),
    () => checkDisable(deployment, base, scriptBytes),
  ];
  if (release === undefined) return own;
  return [
    ...own,
    () => checkLayers(deployment, base + layersPath(release.layers.sha256), release),
    ...release.packs.map((pack) => () => checkTorrent(deployment, base + torrentPath(pack.ih), pack)),
    ...Object.entries(release.assets).map(
      ([path, entry]) =>
        () =>
          checkAsset(deployment, path, entry, onBytes),
    ),
  ];
}

async function checkAsset(
  deployment: Deployment,
  path: string,
  entry: AssetEntry,
  onBytes: (bytes: number) => void,
): Promise<Finding[]> {
  const served = await deployment.open(path);
  if (typeof served === 'string') return [wrong(path, served)];
  const hash = createHash('sha256');
  let length = 0;
  for await (const block of served.body) {
    hash.update(block);
    length += block.length;
    onBytes(block.length);
  }
  if (length !== entry.n) return [wrong(path, `has ${length} bytes, signed are ${entry.n}`)];
  if (toBase64Url(hash.digest()) !== entry.h) return [wrong(path, 'has other bytes than were signed')];
  return headerFindings(path, entry, served);
}

function headerFindings(path: string, entry: AssetEntry, { headers }: Served): Finding[] {
  if (headers === undefined) return [];
  const findings: Finding[] = [];
  const type = headers.get('content-type') ?? '(none)';
  if (plainType(type) !== plainType(entry.ct)) {
    const finding = isSameKind(type, entry.ct) ? advice : wrong;
    findings.push(finding(path, `is served as ${type}, signed is ${entry.ct}`));
  }
  for (const [name, value] of Object.entries(entry.hd ?? {})) {
    if (headers.get(name) !== value) {
      findings.push(
        advice(path, `is served with ${name}: ${headers.get(name) ?? '(none)'}, signed is ${value}`),
      );
    }
  }
  return findings;
}

/** A browser takes both alike: a missing charset, or one of JavaScript's older names (RFC 9239). */
function isSameKind(served: string, signed: string): boolean {
  const [a = '', b = ''] = [served, signed].map((type) => (type.split(';')[0] ?? '').trim().toLowerCase());
  const isScript = (type: string): boolean => /^(?:text|application)\/(?:x-)?javascript$/.test(type);
  return a === b || (isScript(a) && isScript(b));
}

async function checkTorrent(
  deployment: Deployment,
  path: string,
  pack: Release['packs'][number],
): Promise<Finding[]> {
  const served = await deployment.open(path);
  if (typeof served === 'string') return [wrong(path, served)];
  const bytes = await readAll(served, limits.torrentBytes, path);
  if (bytes.length !== pack.len || sha256Of(bytes) !== pack.sha256)
    return [wrong(path, 'is not the torrent that was signed')];
  return infohashOf(bytes) === pack.ih ? [] : [wrong(path, 'has another infohash than the release says')];
}

async function checkLayers(deployment: Deployment, path: string, release: Release): Promise<Finding[]> {
  const served = await deployment.open(path);
  if (typeof served === 'string') return [wrong(path, served)];
  const bytes = await readAll(served, limits.layersBytes, path);
  const isRight = bytes.length === release.layers.len && sha256Of(bytes) === release.layers.sha256;
  return isRight ? [] : [wrong(path, 'has other chunk digests than were signed')];
}

/** The two scripts are not signed: they are what brings the keys. So their settings are compared. */
async function checkScript(
  deployment: Deployment,
  path: string,
  mark: string,
  { firstRoot, release }: Deployed,
): Promise<Finding[]> {
  const served = await deployment.open(path);
  if (typeof served === 'string') return [wrong(path, served)];
  const settings = bakedSettings(await readAll(served, scriptBytes, path), mark);
  if (typeof settings !== 'object' || settings === null)
    return [wrong(path, 'was not written by `shoal publish`')];
  const findings: Finding[] = [];
  const base = path.slice(0, path.lastIndexOf('/') + 1);
  if (setting(settings, 'base') !== base) {
    findings.push(
      wrong(
        path,
        `was published for ${String(setting(settings, 'base'))} and is served below ${base}; set \`base\``,
      ),
    );
  }
  if (release !== undefined && setting(settings, 'site') !== release.site) {
    findings.push(
      wrong(path, `is for ${String(setting(settings, 'site'))}, the release is for ${release.site}`),
    );
  }
  if (mark === workerMark && firstRoot !== undefined && setting(settings, 'root') !== fromUtf8(firstRoot)) {
    findings.push(wrong(path, 'carries another root than shoal/root/1.json'));
  }
  const engine = setting(settings, 'engine');
  if (typeof engine === 'string' && (await isMissing(deployment, engine))) {
    findings.push(wrong(engine, `is not there, ${path} names it`));
  }
  return [...findings, ...freshnessAdvice(path, served, 'no-cache')];
}

async function checkHeadHeaders(deployment: Deployment, path: string): Promise<Finding[]> {
  const served = await deployment.open(path);
  if (typeof served === 'string') return [];
  await readAll(served, limits.headBytes, path);
  return freshnessAdvice(path, served, 'no-store');
}

/** Visitors must hear of a release, or of its end, at once. */
function freshnessAdvice(path: string, { headers }: Served, wanted: 'no-cache' | 'no-store'): Finding[] {
  if (headers === undefined) return [];
  const control = headers.get('cache-control') ?? '(none)';
  const isFresh = /no-store|no-cache|max-age=0/i.test(control);
  return isFresh ? [] : [advice(path, `is served with Cache-Control: ${control}; it should be ${wanted}`)];
}

async function isMissing(deployment: Deployment, urlPath: string): Promise<boolean> {
  const served = await deployment.open(urlPath);
  if (typeof served === 'string') return true;
  await readAll(served, scriptBytes, urlPath);
  return false;
}

function setting(settings: object, name: string): unknown {
  const value: unknown = Reflect.get(settings, name);
  return value;
}

function plainType(type: string): string {
  return type.toLowerCase().replaceAll(' ', '').replaceAll('"', '');
}

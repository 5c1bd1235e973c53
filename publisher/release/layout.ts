/** Where Shoal's files are, relative to the published folder (and to `.shoal/history/` where said). */

export const headPath = 'shoal/head.json';
/** Unsigned: while it is served, workers stand aside. */
export const disablePath = 'shoal/disable';
export const tagPath = 'shoal.js';
export const workerPath = 'shoal-sw.js';

/** `shoal/root/<v>.json`. */
export function rootPath(version: number): string {
  return `shoal/root/${version}.json`;
}

/** `shoal/release/<sha256>.json`. */
export function releasePath(sha256: string): string {
  return `shoal/release/${sha256}.json`;
}

/** `shoal/layers/<sha256>.bin`. */
export function layersPath(sha256: string): string {
  return `shoal/layers/${sha256}.bin`;
}

/** `shoal/pack/<infohash>.torrent`. */
export function torrentPath(infohash: string): string {
  return `shoal/pack/${infohash}.torrent`;
}

/** Subresource Integrity of every asset. */
export const integrityMapPath = 'shoal/integrity.json';

/** `shoal/waict/<name>.waict`, named by its content. */
export function waictPath(name: string): string {
  return `shoal/waict/${name}.waict`;
}

/** `shoal/engine-<hash>.js`. */
export function enginePath(hash: string): string {
  return `shoal/engine-${hash}.js`;
}

/** Files below `shoal/` that a publisher of any version of this layout wrote. */
const ownFiles =
  /^(?:head\.json|disable|root\/\d+\.json|release\/[0-9a-f]{64}\.json|layers\/[0-9a-f]{64}\.bin|pack\/[0-9a-f]{40}\.torrent|engine-[0-9a-f]+\.js|integrity\.json|waict\/[\w-]{22}\.waict|(?:\w+\/)?\.[^/]+\.tmp)$/;

/** Those among them that belong to one release, so that they go when it goes. */
const mortalFiles =
  /^(?:release\/[0-9a-f]{64}\.json|layers\/[0-9a-f]{64}\.bin|pack\/[0-9a-f]{40}\.torrent|engine-[0-9a-f]+\.js|integrity\.json|waict\/[\w-]{22}\.waict|(?:\w+\/)?\.[^/]+\.[0-9a-f]{12}\.tmp)$/;

/** Whether a path relative to `shoal/` is one that Shoal writes. */
export function isOwnFile(path: string): boolean {
  return ownFiles.test(path);
}

/** Whether such a file may be removed when no release that is still allowed names it. */
export function isMortalFile(path: string): boolean {
  return mortalFiles.test(path);
}

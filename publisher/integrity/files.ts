/** The files for integrity that a site serves, as its configuration wants them. */

import type { FileSet } from '../output/edition-files.ts';
import { integrityMapPath, waictPath } from '../release/layout.ts';
import type { Edition } from '../release/seal.ts';
import { sha256Of } from '../release/content.ts';
import type { SiteState } from '../site-state.ts';
import { hashPages } from './pages.ts';
import { integrityMap } from './sri.ts';
import { waictManifest, type HashedUrl } from './waict.ts';

/** Path relative to the folder, and bytes. `baked`: our own scripts, which are in no release. */
export async function integrityFiles(
  { dir, project: { config } }: SiteState,
  { release: { release } }: Edition,
  baked: FileSet,
): Promise<FileSet> {
  const files = new Map<string, Uint8Array>();
  if (config.integrity.map) files.set(integrityMapPath, integrityMap(release));
  if (config.integrity.waict) {
    const assets = Object.entries(release.assets).map(([path, { h, ct }]): HashedUrl => {
      return { path, h, isWasm: ct.startsWith('application/wasm') };
    });
    const own = [...baked].map(([path, bytes]): HashedUrl => {
      const h = Buffer.from(sha256Of(bytes), 'hex').toString('base64url');
      return { path: config.base + path, h, isWasm: false };
    });
    const { name, bytes } = waictManifest([...assets, ...own, ...(await hashPages(dir, config))]);
    files.set(waictPath(name), bytes);
  }
  return files;
}

/** What the deployed release says about a path, so that the server answers with the signed headers. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeEnvelope,
  limits,
  ManifestError,
  parseRelease,
  type AssetEntry,
} from '../../manifests/index.ts';
import { readIfThere } from '../read.ts';
import { headPath, releasePath } from '../release/layout.ts';

/** Looks an URL path up; follows a new release as soon as its head is there. */
export interface ReleaseView {
  find(urlPath: string): Promise<AssetEntry | undefined>;
}

/** The view of a folder; without a release every look-up finds nothing. */
export function releaseView(folder: string): ReleaseView {
  let seenAt = '';
  let assets: ReadonlyMap<string, AssetEntry> = new Map();
  return {
    find: async (urlPath) => {
      const writtenAt = await changeTime(join(folder, headPath));
      if (writtenAt !== seenAt) {
        assets = await readAssets(folder);
        seenAt = writtenAt;
      }
      return assets.get(urlPath);
    },
  };
}

async function readAssets(folder: string): Promise<ReadonlyMap<string, AssetEntry>> {
  try {
    const head = await readIfThere(join(folder, headPath));
    if (head === undefined) return new Map();
    // The owner's own folder: what it says is served as it is; browsers verify it.
    const { payload } = decodeEnvelope(head, 'head', limits.headBytes);
    const sha256 = /"release":\{"v":\d+,"sha256":"([0-9a-f]{64})"/.exec(
      Buffer.from(payload).toString('utf8'),
    )?.[1];
    const release = sha256 === undefined ? undefined : await readIfThere(join(folder, releasePath(sha256)));
    if (release === undefined) return new Map();
    return new Map(
      Object.entries(parseRelease(decodeEnvelope(release, 'release', limits.releaseBytes).payload).assets),
    );
  } catch (error) {
    if (error instanceof ManifestError) return new Map();
    throw error;
  }
}

async function changeTime(path: string): Promise<string> {
  try {
    const { mtimeNs, ino } = await stat(path, { bigint: true });
    return `${mtimeNs}/${ino}`;
  } catch {
    return '';
  }
}

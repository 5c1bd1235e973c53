/** The scripts that a site serves: built once, with the site's settings put in front. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { concatBytes, utf8 } from '../../manifests/index.ts';
import type { TagConfig, WorkerConfig } from '../../protocol/site-config.ts';
import { PublisherError, reasonOf } from '../errors.ts';

/** The three scripts as `npm run build` leaves them. */
export interface BrowserScripts {
  readonly tag: Uint8Array;
  readonly worker: Uint8Array;
  readonly engine: Uint8Array;
}

/** How the baked scripts begin; also how we know our own files. */
export const tagMark = 'globalThis.__SHOAL_TAG__ = ';
export const workerMark = 'self.__SHOAL_WORKER__ = ';

/** Reads the scripts. @throws PublisherError `build-missing`. */
export async function readBrowserScripts(folder = builtFolder()): Promise<BrowserScripts> {
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(`${folder}/${name}`);
    } catch (error) {
      throw new PublisherError(
        'build-missing',
        `${folder}/${name} cannot be read: ${reasonOf(error)}`,
        'Run `npm run build` in the repository of Shoal, or install the package again.',
      );
    }
  };
  const [tag, worker, engine] = await Promise.all(['shoal.js', 'shoal-sw.js', 'engine.js'].map(read));
  if (tag === undefined || worker === undefined || engine === undefined)
    throw new TypeError('three were read');
  return { tag, worker, engine };
}

/** The engine's name in the published folder: changes with its content. */
export function engineHash(engine: Uint8Array): string {
  return createHash('sha256').update(engine).digest('hex').slice(0, 16);
}

/** The tag with its settings. */
export function bakeTag(config: TagConfig, code: Uint8Array): Uint8Array {
  return bake(tagMark, config, code);
}

/** The worker with its settings. */
export function bakeWorker(config: WorkerConfig, code: Uint8Array): Uint8Array {
  return bake(workerMark, config, code);
}

/** The settings of a baked script, as nobody has checked them yet; `undefined` when it is none. */
export function bakedSettings(script: Uint8Array, mark: string): unknown {
  const text = Buffer.from(script).toString('utf8');
  const end = text.indexOf(';\n');
  if (!text.startsWith(mark) || end < 0) return undefined;
  try {
    return JSON.parse(text.slice(mark.length, end));
  } catch {
    return undefined;
  }
}

/** One line, so that line numbers in the code move by one only. A line break cannot occur in JSON strings. */
function bake(mark: string, config: object, code: Uint8Array): Uint8Array {
  return concatBytes([utf8(`${mark}${JSON.stringify(config)};\n`), code]);
}

/** Bundled, the command line is `dist/cli/shoal.js`; unbundled this file is two levels below the repository. */
function builtFolder(): string {
  const relative = import.meta.url.endsWith('.ts') ? '../../dist/browser' : '../browser';
  return fileURLToPath(new URL(relative, import.meta.url));
}

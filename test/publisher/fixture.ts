/** A project of its own for each test: folders, keys, files with known content. */

import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { init, publish, type PublishOptions, type PublishReport } from '../../publisher/index.ts';
import { expect } from 'vitest';
import {
  openFirstRoot,
  openHead,
  openNextRoot,
  openRelease,
  type Head,
  type Release,
  type Root,
} from '../../manifests/index.ts';
import { testFolder } from '../support/tmp.ts';

/** A project as `shoal init` leaves it, with a folder `dist` to publish. */
export interface Project {
  readonly folder: string;
  readonly dist: string;
  readonly config: string;
  /** Where the three scripts are that a build would have made. */
  readonly browserScripts: string;
}

const site = 'https://example.com';

/** When test releases are made. */
export const at = '2026-11-20T20:00:00Z';

/** Makes a project; it is removed when the test ends. */
export async function project(
  files: Readonly<Record<string, Uint8Array | string>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Project> {
  const folder = await testFolder();
  await init({ folder, site, settings });
  const made = projectAt(folder);
  await writeTree(made.dist, files);
  await writeTree(made.browserScripts, {
    'shoal.js': 'console.info(globalThis.__SHOAL_TAG__.site);\n',
    'shoal-sw.js': 'console.info(self.__SHOAL_WORKER__.site);\n',
    'engine.js': 'export const engine = 1;\n',
  });
  return made;
}

/** The same project (keys, history, configuration) on "another machine", without its `dist`. */
export async function otherMachine(original: Project): Promise<Project> {
  const folder = await testFolder();
  for (const part of ['.shoal', 'shoal.config.json', 'scripts']) {
    await cp(join(original.folder, part), join(folder, part), { recursive: true });
  }
  await rm(join(folder, '.shoal/cache'), { recursive: true, force: true });
  return projectAt(folder);
}

/** Publishes a project's `dist`. */
export function publishProject(
  { dist, config, browserScripts }: Project,
  options: Partial<PublishOptions> = {},
): Promise<PublishReport> {
  return publish({ dir: dist, config, browserScripts, ...options });
}

/** Writes files below a folder, in the order given. */
export async function writeTree(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** Every file below a folder: path, with `/`, to content. */
export async function readTree(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.sort().map(async (path) => [relative(folder, path), await readFile(path)] as const),
    ),
  );
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761 + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Permission bits of a file. */
export async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

function projectAt(folder: string): Project {
  return {
    folder,
    dist: join(folder, 'dist'),
    config: join(folder, 'shoal.config.json'),
    browserScripts: join(folder, 'scripts'),
  };
}

/** Stands for a text with a part, in a comparison. (Vitest types its matchers as `any`.) */
export function containing(part: string): unknown {
  return expect.stringContaining(part);
}

/** Stands for a text of a form, in a comparison. */
export function matching(form: RegExp): unknown {
  return expect.stringMatching(form);
}

/** A small site with something of everything. */
export const files = {
  'index.html': '<!doctype html><html><head><title>t</title></head><body></body></html>',
  'assets/app.4f3a9c1b.js': noise(200_000, 1),
  'assets/style.css': 'body { color: red }',
  'media/film.mp4': noise(2_200_000, 2),
  'data/cities.json': '{"a":1}',
  'empty.txt': '',
};

/** Head and release of a published folder, verified from the first root on. */
export async function opened(dist: string): Promise<{ root: Root; head: Head; release: Release }> {
  const read = (path: string): Promise<Buffer> => readFile(join(dist, 'shoal', path));
  let root = await openFirstRoot(await read('root/1.json'));
  const { length } = await readdir(join(dist, 'shoal/root'));
  for (let version = 2; version <= length; version++) {
    root = await openNextRoot(await read(`root/${version}.json`), root);
  }
  const head = await openHead(await read('head.json'), root);
  const bytes = await read(`release/${head.release.sha256}.json`);
  return { root, head, release: await openRelease(bytes, root, head.release) };
}

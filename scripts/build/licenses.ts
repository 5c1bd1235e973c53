/** The license notices of every package of which a part went into a bundle. */
import { readdir, readFile } from 'node:fs/promises';
import type { Metafile } from 'esbuild';
import * as v from 'valibot';
import { root } from '../root.ts';

const PackageFacts = v.object({
  name: v.string(),
  version: v.string(),
  license: v.optional(v.string()),
  author: v.optional(v.union([v.string(), v.object({ name: v.optional(v.string()) })])),
});
type PackageFacts = v.InferOutput<typeof PackageFacts>;

/** The text of `THIRD-PARTY-LICENSES.txt`. @throws Error for a package that states no license at all. */
export async function thirdPartyLicenses(metafiles: readonly Metafile[]): Promise<string> {
  const folders = new Set(metafiles.flatMap(inputsWithBytes).flatMap(packageFolder));
  const notices = await Promise.all([...folders].sort().map(notice));
  return [
    'Shoal is under the MIT license (LICENSE). Its files contain parts of these packages:',
    ...notices,
  ].join(`\n\n${'-'.repeat(80)}\n\n`);
}

function inputsWithBytes(metafile: Metafile): string[] {
  return Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}

/**
 * `node_modules/a/node_modules/@b/c/d.js` is a part of `node_modules/a/node_modules/@b/c`. A path that begins with
 * `(disabled):` stands for an empty file: the package's `browser` field turns the real one off.
 */
function packageFolder(path: string): string[] {
  const found = /^(?:[a-z-]+:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return found === undefined || path.startsWith('(disabled):') ? [] : [found];
}

async function notice(folder: string): Promise<string> {
  const about = v.parse(PackageFacts, JSON.parse(await readFile(`${root}${folder}/package.json`, 'utf8')));
  const texts = await licenseTexts(`${root}${folder}`);
  if (about.license === undefined && texts.length === 0) {
    throw new Error(`${folder} has neither a "license" field nor a license file: it cannot be shipped.`);
  }
  return [
    `${about.name} ${about.version} (${about.license ?? 'see below'})`,
    ...(texts.length > 0 ? texts : [`The package has no license file; by ${author(about)}.`]),
  ].join('\n\n');
}

async function licenseTexts(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')));
  return texts.map((text) => text.trim());
}

function author({ author: by }: PackageFacts): string {
  return typeof by === 'string' ? by : (by?.name ?? 'its authors');
}

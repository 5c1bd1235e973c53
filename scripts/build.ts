/**
 * `npm run build`: everything that is shipped, into `dist/`.
 *
 *     dist/browser/    the tag, the worker, the swarm engine; `shoal publish` bakes a site's settings in
 *     dist/dashboard/  the hub's dashboard
 *     dist/cli/        the command line, with all that it needs
 *     dist/types/      types of `window.shoal`
 *     dist/schema.json JSON schema of the configuration file
 */
import { readdir, readFile } from 'node:fs/promises';
import { type BuildResult, build as esbuild } from 'esbuild';
import { configJsonSchema } from '../publisher/config/json-schema.ts';
import { bundles } from './build/bundles.ts';
import { thirdPartyLicenses } from './build/licenses.ts';
import { Output } from './build/output.ts';
import { minified } from './build/minify.ts';
import { pageTypes } from './build/page-types.ts';
import { isMain, root } from './root.ts';

const dashboard = `${root}hub/dashboard`;

/** Builds `dist/`; an unchanged file keeps its time. @throws Error when a part is missing or does not compile. */
export async function build(): Promise<ReadonlyMap<string, number>> {
  const output = new Output(`${root}dist/`);
  const [results, types] = await Promise.all([bundleAll(), pageTypes()]);
  for (const [index, { outputFiles = [] }] of results.entries()) {
    const forVisitors = bundles[index]?.forVisitors;
    for (const { path, contents, text } of outputFiles) {
      await output.write(
        path.slice(output.folder.length),
        forVisitors ? await minified(text, forVisitors.internalNames) : contents,
      );
    }
  }
  for (const [path, text] of types) await output.write(`types/${path}`, text);
  for (const name of await dashboardFiles()) {
    await output.write(`dashboard/${name}`, await readFile(`${dashboard}/${name}`));
  }
  await output.write('schema.json', `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  const metafiles = results.flatMap(({ metafile }) => metafile ?? []);
  await output.write('THIRD-PARTY-LICENSES.txt', await thirdPartyLicenses(metafiles));
  return output.finish();
}

async function bundleAll(): Promise<BuildResult[]> {
  return Promise.all(
    bundles.map(({ entry, outfile, options }) =>
      esbuild({
        ...options,
        entryPoints: [entry],
        outfile: `dist/${outfile}`,
        absWorkingDir: root,
        bundle: true,
        charset: 'utf8',
        legalComments: 'none',
        metafile: true,
        write: false,
      }),
    ),
  );
}

/** The page, its style and its pictures go as they are; scripts and the style they import are bundled. */
async function dashboardFiles(): Promise<string[]> {
  return (await readdir(dashboard)).filter((name) => /\.(html|css|svg|png|webmanifest)$/.test(name));
}

if (isMain(import.meta.url)) {
  const start = performance.now();
  const files = await build();
  for (const path of [...files.keys()].sort()) {
    console.log(`${String(files.get(path)).padStart(9)} B  dist/${path}`);
  }
  console.log(`built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

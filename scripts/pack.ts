/**
 * `npm run pack`: the package as it is published, `build/shoal-<version>.tgz`.
 *
 * It is packed from a folder of its own, because the repository's package.json has development
 * dependencies, overrides and a Node of its own that must not reach users, and because `.npmrc` turns
 * life-cycle scripts off, so that there is no `prepack`.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { build } from './build.ts';
import { ownPackage } from './build/bundles.ts';
import { isMain, root } from './root.ts';
import { command } from './steps.ts';

const folder = `${root}build/package/`;

/** Builds and packs; resolves to the tarball's path. */
export async function pack(): Promise<string> {
  await build();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}package.json`, `${JSON.stringify(manifest(), null, 2)}\n`);
  for (const path of ['dist', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
    if (existsSync(root + path)) await cp(root + path, folder + path, { recursive: true });
  }
  await command('npm', ['pack', folder, '--pack-destination', `${root}build`, '--loglevel', 'error'], {
    timeoutMs: 60_000,
  });
  return `${root}build/${ownPackage.name}-${ownPackage.version}.tgz`;
}

/** The published package.json: no dependencies, since everything is bundled, and no scripts. */
function manifest(): unknown {
  const { name, version, description, license } = ownPackage;
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=20' },
    bin: { shoal: 'dist/cli/shoal.js' },
    exports: {
      './page': { types: './dist/types/loader/api.d.ts' },
      './schema.json': './dist/schema.json',
      './package.json': './package.json',
    },
    files: ['dist', 'LICENSE', 'README.md', 'CHANGELOG.md'],
  };
}

if (isMain(import.meta.url)) console.log(await pack());

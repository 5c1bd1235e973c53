/**
 * `node scripts/build-demo-site.ts [FOLDER]`: the demo site, by default into `build/demo-site/`.
 *
 * Everything heavy comes from installed packages or is computed here, the same bytes every time:
 *
 *     index.html style.css js/   the page (`demo-site/`), bundled
 *     cesium/ duckdb/ fonts/     from packages, as they are
 *     waterlines/                tiles that are drawn from Cesium's imagery
 *     data/cells.csv             what the imagery says about the Earth, for DuckDB
 *     music/                     a piece of music and its outline
 *     demo-assets.json           every file that the page loads: its size and SHA-256
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { build as esbuild } from 'esbuild';
import { cellsCsv } from './demo-site/cells.ts';
import { measureCoast } from './demo-site/coast.ts';
import { readEarth } from './demo-site/earth.ts';
import { composeMusic } from './demo-site/music.ts';
import { imageryFolder, packageFiles } from './demo-site/packages.ts';
import { drawWaterlines } from './demo-site/waterlines.ts';
import { isMain, root } from './root.ts';

/** What `demo-assets.json` says: site path (no slash in front) to the file's size and SHA-256, hex. */
export type DemoAssets = Record<string, { readonly bytes: number; readonly sha256: string }>;

/**
 * Builds the whole site beside `outDir` and then puts it in place, so that a build that fails leaves the last one.
 *
 * @param outDir replaced with all that is in it
 * @returns what `demo-assets.json` says
 * @throws Error when an installed package lacks a file that the demo needs, or the page does not compile
 */
export async function buildDemoSite(outDir: string): Promise<DemoAssets> {
  const folder = outDir.replace(/\/+$/, '');
  const draft = `${folder}.draft-${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  try {
    await Promise.all([copyPackageFiles(draft), bundlePage(draft), drawEarth(draft), playMusic(draft)]);
    const assets = await listAssets(draft);
    await put(draft, 'demo-assets.json', `${JSON.stringify(assets, null, 1)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    return assets;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function copyPackageFiles(draft: string): Promise<void> {
  for (const [path, source] of await packageFiles()) {
    await mkdir(dirname(`${draft}/${path}`), { recursive: true });
    await copyFile(source, `${draft}/${path}`);
  }
}

async function bundlePage(draft: string): Promise<void> {
  const page = `${root}demo-site`;
  for (const name of ['index.html', 'style.css', 'icon.svg']) {
    await put(draft, name, await readFile(`${page}/${name}`));
  }
  await esbuild({
    entryPoints: { main: `${page}/main.ts`, 'digest-worker': `${page}/digest-worker.ts` },
    absWorkingDir: root,
    outdir: `${draft}/js`,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
    // Cesium names Node's modules in code that only runs there.
    external: ['fs', 'path', 'url', 'zlib', 'http', 'https'],
  });
}

async function drawEarth(draft: string): Promise<void> {
  const earth = await readEarth(imageryFolder);
  for (const [path, png] of drawWaterlines(earth, measureCoast(earth, 1024, 512))) {
    await put(draft, `waterlines/${path}`, png);
  }
  await put(draft, 'data/cells.csv', cellsCsv(earth, measureCoast(earth, 360, 180)));
}

async function playMusic(draft: string): Promise<void> {
  const { wav, peaks } = composeMusic();
  await put(draft, 'music/waterlines.wav', wav);
  await put(draft, 'music/outline.json', `${JSON.stringify(peaks)}\n`);
}

/** Every file but the page itself and this list. */
async function listAssets(draft: string): Promise<DemoAssets> {
  const entries = await readdir(draft, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.html'))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(draft.length + 1))
    .sort();
  const assets: DemoAssets = {};
  for (const path of paths) {
    const bytes = await readFile(`${draft}/${path}`);
    assets[path] = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
  return assets;
}

async function put(draft: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(`${draft}/${path}`), { recursive: true });
  await writeFile(`${draft}/${path}`, content);
}

if (isMain(import.meta.url)) {
  const start = performance.now();
  const outDir = process.argv[2] ?? `${root}build/demo-site`;
  const assets = await buildDemoSite(outDir);
  const sizes = Object.values(assets).map(({ bytes }) => bytes);
  const megabytes = (sizes.reduce((sum, bytes) => sum + bytes, 0) / 1e6).toFixed(1);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`demo site: ${sizes.length} assets, ${megabytes} MB, in ${outDir} (${seconds} s)`);
}

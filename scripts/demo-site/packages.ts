/** What the demo takes from installed packages as it is, and where it puts it. */
import { readdir } from 'node:fs/promises';
import { build } from 'esbuild';
import { root } from '../root.ts';

/** Folders of packages, by path: not all of them export the files that a page loads. */
const packages = {
  cesium: `${root}node_modules/cesium`,
  duckdb: `${root}node_modules/@duckdb/duckdb-wasm/dist`,
  monaco: `${root}node_modules/monaco-editor`,
  pdfjs: `${root}node_modules/pdfjs-dist`,
} as const;

const cesiumBuild = `${packages.cesium}/Build/Cesium`;

/** Where Cesium's offline imagery is. */
export const imageryFolder = `${cesiumBuild}/Assets/Textures/NaturalEarthII`;

/** The workers that a globe without terrain starts; each pulls in chunks. */
const cesiumWorkers = [
  'createVerticesFromHeightmap',
  'incrementallyBuildTerrainPicker',
  'transferTypedArrayTest',
];

/**
 * Other files that it asks for. The demo's clock stands still, so one file of the Earth's orientation will do;
 * `globe.ts` names the date.
 */
const cesiumFiles = [
  'Assets/approximateTerrainHeights.json',
  'Assets/IAU2006_XYS/IAU2006_XYS_18.json',
  'Assets/Images/ion-credit.png',
  'Assets/Textures/moonSmall.jpg',
  ...['px', 'mx', 'py', 'my', 'pz', 'mz'].map((face) => `Assets/Textures/SkyBox/tycho2t3_80_${face}.jpg`),
];

/** Site path to the file that is copied there. */
export async function packageFiles(): Promise<ReadonlyMap<string, string>> {
  const fromCesium = [...cesiumFiles, ...(await workerFiles()), ...(await imageryFiles())];
  return new Map([
    ...fromCesium.map((path) => [`cesium/${path}`, `${cesiumBuild}/${path}`] as const),
    ['duckdb/duckdb-eh.wasm', `${packages.duckdb}/duckdb-eh.wasm`],
    ['duckdb/duckdb-browser-eh.worker.js', `${packages.duckdb}/duckdb-browser-eh.worker.js`],
    ['fonts/codicon.ttf', `${packages.monaco}/esm/vs/base/browser/ui/codicons/codicon/codicon.ttf`],
    ['fonts/LiberationSans-Regular.ttf', `${packages.pdfjs}/standard_fonts/LiberationSans-Regular.ttf`],
    ['fonts/LiberationSans-Bold.ttf', `${packages.pdfjs}/standard_fonts/LiberationSans-Bold.ttf`],
  ]);
}

/** The workers and all that they import, told by the bundler. */
async function workerFiles(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: cesiumWorkers.map((name) => `${cesiumBuild}/Workers/${name}.js`),
    absWorkingDir: cesiumBuild,
    bundle: true,
    format: 'esm',
    outdir: 'none',
    write: false,
    metafile: true,
    logLevel: 'silent',
    external: ['fs', 'path', 'url', 'zlib', 'http', 'https'],
  });
  return Object.keys(metafile.inputs).sort();
}

async function imageryFiles(): Promise<string[]> {
  const names = await readdir(imageryFolder, { recursive: true });
  return names
    .filter((name) => /\.(jpg|xml)$/.test(name))
    .map((name) => `Assets/Textures/NaturalEarthII/${name}`)
    .sort();
}

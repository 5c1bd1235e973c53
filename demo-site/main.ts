/** The page: what may load at once does, heavy files wait until Shoal had its chance, then every part loads by itself. */
import { drawAtlas } from './atlas.ts';
import { type AssetList, Digester, readAssetList } from './assets.ts';
import type { DemoResult } from './demo.ts';
import { loadFonts } from './fonts.ts';
import { showLedger, wireProof } from './ledger.ts';
import { startMusic } from './music.ts';
import { showSources } from './panel.ts';
import { runPart, withDeadline } from './parts.ts';
import { heavyFilesMayLoad, shoalArrived } from './shoal.ts';
import { sourceFeed, type SourceFeed } from './sources.ts';

declare global {
  // Where Cesium finds its own files.
  var CESIUM_BASE_URL: string;
}
globalThis.CESIUM_BASE_URL = new URL('cesium/', document.baseURI).href;

const paths: string[] = [];
const digester = new Digester();

window.demo = {
  assets: paths,
  done: loadPage(),
  digests: async () => {
    await window.demo.done;
    return digester.digestAll(paths, () => undefined);
  },
};

async function loadPage(): Promise<DemoResult> {
  const shoal = await shoalArrived();
  const feed = sourceFeed(shoal);
  showSources(shoal, feed);
  await heavyFilesMayLoad(shoal);
  const readyMs = Math.round(performance.now());
  const parts = await loadParts(feed);
  const ok = Object.values(parts).every((part) => part.ok);
  return { ok, ms: Math.round(performance.now()), readyMs, shoal: shoal !== undefined, parts };
}

async function loadParts(feed: SourceFeed): Promise<DemoResult['parts']> {
  const [fonts, atlas, globe, data, images, music, worker] = await Promise.all([
    runPart('fonts', loadFonts),
    runPart('atlas', () => drawAtlas(feed)),
    runPart('globe', async () => (await import('./globe.ts')).startGlobe()),
    runPart('data', async () => (await import('./data.ts')).startData()),
    runPart('images', imagesLoaded),
    runPart('music', startMusic),
    runPart('worker', () => startLedger(feed)),
  ]);
  return { fonts, atlas, globe, data, images, music, worker };
}

async function imagesLoaded(): Promise<string> {
  const images = [...document.querySelectorAll<HTMLImageElement>('img[data-shoal-src], img[src]')];
  await withDeadline(Promise.all(images.map((image) => image.decode())), 60_000, 'an image');
  return `${images.length} images`;
}

/** The worker proves itself on one file. */
async function startLedger(feed: SourceFeed): Promise<string> {
  const assets = await readAssetList();
  paths.push(...assets.keys());
  await proveOne(assets, 'waterlines/0/0/0.png');
  wireProof(assets, showLedger(assets, feed), digester);
  return `${assets.size} files are listed`;
}

async function proveOne(assets: AssetList, path: string): Promise<void> {
  const hex = await digester.digest(path);
  if (assets.get(path)?.sha256 !== hex) throw new Error(`${path} is not what was published`);
}

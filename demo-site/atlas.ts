/** The flat map: every tile of imagery and waterlines, coarse ones first, each lit by where it came from. */
import { element } from './parts.ts';
import type { Source, SourceFeed } from './sources.ts';

interface Tile {
  readonly url: string;
  readonly level: number;
  /** Parts of the map's width and height. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const imagery = tiles(2, (z, x, y) => `cesium/Assets/Textures/NaturalEarthII/${z}/${x}/${y}.jpg`);
const waterlines = tiles(3, (z, x, y) => `waterlines/${z}/${x}/${y}.png`);
const flashMs = 1400;

/** Resolves when all 212 tiles are drawn. @throws Error that names the first tile that did not load */
export async function drawAtlas(feed: SourceFeed): Promise<string> {
  wireControls();
  flashTiles(feed);
  let drawn = 0;
  const progress = element('map-progress', HTMLElement);
  const onTile = (): void => {
    progress.textContent = `${++drawn} of ${imagery.length + waterlines.length} tiles`;
  };
  const map = element('map', HTMLCanvasElement);
  const lines = element('map-lines', HTMLCanvasElement);
  await Promise.all([drawLayer(map, imagery, onTile), drawLayer(lines, waterlines, onTile)]);
  return `${drawn} tiles`;
}

/** A tile that comes after a finer one has been drawn in its place is not drawn any more. */
async function drawLayer(
  canvas: HTMLCanvasElement,
  layer: readonly Tile[],
  onTile: () => void,
): Promise<void> {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser gives the page no canvas');
  const finest = new Map<number, number>();
  const deepest = layer.at(-1)?.level ?? 0;
  await Promise.all(
    layer.map(async (tile) => {
      const image = await loadImage(tile.url);
      for (const cell of cellsOf(tile, deepest)) {
        if ((finest.get(cell.key) ?? -1) > tile.level) continue;
        finest.set(cell.key, tile.level);
        const source = image.width / cell.across;
        const [width, height] = [canvas.width / cell.columns, (canvas.height * 2) / cell.columns];
        const [left, top] = [cell.x * width, cell.y * height];
        context.clearRect(left, top, width, height);
        const [sx, sy] = [cell.dx * source, cell.dy * source];
        context.drawImage(image, sx, sy, source, source, left, top, width, height);
      }
      onTile();
    }),
  );
}

/** The squares of the finest level that a tile covers. */
function cellsOf(tile: Tile, deepest: number) {
  const across = 1 << (deepest - tile.level);
  const columns = 2 << deepest;
  const [left, top] = [Math.round(tile.x * columns), Math.round((tile.y * columns) / 2)];
  return Array.from({ length: across * across }, (_, i) => {
    const [dx, dy] = [i % across, Math.floor(i / across)];
    const [x, y] = [left + dx, top + dy];
    return { key: y * columns + x, x, y, dx, dy, across, columns };
  });
}

async function loadImage(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {
    throw new Error(`the tile ${url} did not load`);
  });
  return image;
}

/** Rows are counted from the south in addresses, from the north on the map. */
function tiles(deepest: number, address: (z: number, x: number, y: number) => string): Tile[] {
  const all: Tile[] = [];
  for (let z = 0; z <= deepest; z++) {
    const [columns, rows] = [2 << z, 1 << z];
    for (let x = 0; x < columns; x++) {
      for (let y = 0; y < rows; y++) {
        const url = address(z, x, rows - 1 - y);
        all.push({ url, level: z, x: x / columns, y: y / rows, width: 1 / columns, height: 1 / rows });
      }
    }
  }
  return all;
}

function flashTiles(feed: SourceFeed): void {
  const canvas = element('map-tint', HTMLCanvasElement);
  const keep = element('show-tint', HTMLInputElement);
  const context = canvas.getContext('2d');
  const byPath = new Map([...imagery, ...waterlines].map((tile) => [tile.url, tile]));
  const lit = new Map<Tile, { source: Source; atMs: number }>();
  const style = getComputedStyle(document.documentElement);
  let isDrawing = false;
  const draw = (): void => {
    const nowMs = performance.now();
    context?.clearRect(0, 0, canvas.width, canvas.height);
    isDrawing = false;
    for (const [tile, { source, atMs }] of lit) {
      const left = Math.max(0, 1 - (nowMs - atMs) / flashMs);
      if (left > 0) isDrawing = true;
      if (context === null || (left === 0 && !keep.checked)) continue;
      context.globalAlpha = Math.max(0.5 * left, keep.checked && tile.level > 1 ? 0.3 : 0);
      context.fillStyle = style.getPropertyValue(`--${source}`);
      const { width, height } = canvas;
      const [w, h] = [tile.width * width - 1, tile.height * height - 1];
      context.fillRect(tile.x * width, tile.y * height, w, h);
    }
    if (isDrawing) requestAnimationFrame(draw);
  };
  const start = (): void => {
    if (!isDrawing) requestAnimationFrame(draw);
    isDrawing = true;
  };
  feed.watch(({ path, source }) => {
    const tile = byPath.get(path);
    if (tile === undefined || lit.has(tile)) return;
    lit.set(tile, { source, atMs: performance.now() });
    start();
  });
  keep.addEventListener('change', start);
}

function wireControls(): void {
  const show = element('show-lines', HTMLInputElement);
  const lines = element('map-lines', HTMLCanvasElement);
  show.addEventListener('change', () => (lines.hidden = !show.checked));
}

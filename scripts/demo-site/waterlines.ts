/**
 * Tiles of waterlines: the coast, and lines in the sea that follow it at even distances, as engravers of sea
 * charts drew them. Same layout as the imagery, four levels, rows counted from the south (TMS).
 */
import type { CoastDistances } from './coast.ts';
import type { Earth } from './earth.ts';
import { encodePng } from './png.ts';

const tileSize = 256;
const levels = [0, 1, 2, 3];
const colour = [236, 248, 255] as const;
const spacingKm = 160;
const farthestKm = 1600;

/** A grid of numbers over the whole Earth, plate carrée. */
interface Field {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Every tile's path below the folder of tiles, and its PNG file. */
export function* drawWaterlines(
  earth: Earth,
  coast: CoastDistances,
): Generator<readonly [string, Uint8Array]> {
  const land = { width: earth.width, height: earth.height, values: earth.landness };
  const distance = { width: coast.width, height: coast.height, values: coast.km };
  for (const level of levels) {
    const rows = 1 << level;
    for (let x = 0; x < rows * 2; x++) {
      for (let y = 0; y < rows; y++) {
        const shades = drawTile(land, distance, level, x, y);
        yield [`${level}/${x}/${rows - 1 - y}.png`, encodePng(shades, tileSize, colour)];
      }
    }
  }
}

function drawTile(land: Field, distance: Field, level: number, x: number, y: number): Uint8Array {
  const across = tileSize * (2 << level);
  const down = across / 2;
  const shades = new Uint8Array(tileSize * tileSize);
  const step = [1 / across, 1 / down] as const;
  for (let py = 0; py < tileSize; py++) {
    for (let px = 0; px < tileSize; px++) {
      const u = (x * tileSize + px + 0.5) / across;
      const v = (y * tileSize + py + 0.5) / down;
      const shade = Math.max(coastline(land, u, v, step, level), waterline(distance, u, v, step, level));
      shades[py * tileSize + px] = Math.round(Math.min(1, shade) * 15);
    }
  }
  return shades;
}

/** 0 to 1: how much of the coast's line is on this pixel. */
function coastline(
  land: Field,
  u: number,
  v: number,
  step: readonly [number, number],
  level: number,
): number {
  return stroke(sample(land, u, v), slope(land, u, v, step), 0.9 * boldness(level));
}

/** 0 to 1: how much of a waterline is on this pixel; fainter with each line away from the coast. */
function waterline(
  distance: Field,
  u: number,
  v: number,
  step: readonly [number, number],
  level: number,
): number {
  const km = sample(distance, u, v);
  const spacing = level < 2 ? spacingKm * 2 : spacingKm;
  const line = Math.round(km / spacing) * spacing;
  if (line < spacing || line > farthestKm) return 0;
  const faded = 0.62 * (1 - line / (farthestKm + spacing)) ** 1.4;
  return faded * stroke(km - line, slope(distance, u, v, step), 0.65 * boldness(level));
}

/** The flat map draws the finest level at less than half its size. */
function boldness(level: number): number {
  return level === 3 ? 1.8 : 1;
}

/** Coverage of a line `halfWidth` pixels to each side of where a field is zero, with one pixel of soft edge. */
function stroke(value: number, changePerPixel: number, halfWidth: number): number {
  const pixels = Math.abs(value) / Math.max(changePerPixel, 1e-6);
  return Math.min(1, Math.max(0, halfWidth + 0.5 - pixels));
}

function slope(field: Field, u: number, v: number, [du, dv]: readonly [number, number]): number {
  const across = sample(field, u + du, v) - sample(field, u - du, v);
  const down = sample(field, u, v + dv) - sample(field, u, v - dv);
  return Math.hypot(across, down) / 2;
}

/** Bilinear; goes around the Earth in longitude and stops at the poles. */
function sample({ width, height, values }: Field, u: number, v: number): number {
  const x = u * width - 0.5 + width;
  const y = Math.min(height - 1, Math.max(0, v * height - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const bottom = Math.min(height - 1, top + 1);
  const at = (column: number, row: number): number => values[row * width + (column % width)] ?? 0;
  const upper = at(left, top) * (1 - fx) + at(left + 1, top) * fx;
  const lower = at(left, bottom) * (1 - fx) + at(left + 1, bottom) * fx;
  return upper * (1 - fy) + lower * fy;
}

/** The demo's data set: the Earth in cells of one degree, with what the imagery says about each. */
import type { CoastDistances } from './coast.ts';
import type { Earth } from './earth.ts';

/**
 * CSV, one line a cell, from the north-west: longitude and latitude of its middle in degrees, its area in km²,
 * the part of it that is sea (0 to 1), kilometres from its middle to the nearest coast (below zero inland) and
 * its mean colour.
 *
 * @param coast measured on a grid of 360 x 180
 */
export function cellsCsv(earth: Earth, coast: CoastDistances): string {
  const lines = ['lon,lat,km2,sea,coast_km,red,green,blue'];
  for (let row = 0; row < 180; row++) {
    const latitude = 89.5 - row;
    const km2 = Math.round(cellAreaKm2(latitude));
    for (let column = 0; column < 360; column++) {
      const { sea, colour } = cellMeans(earth, column, row);
      const km = Math.round(coast.km[row * 360 + column] ?? 0);
      lines.push([column - 179.5, latitude, km2, Math.round(sea * 100) / 100, km, ...colour].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

function cellAreaKm2(latitude: number): number {
  const radians = Math.PI / 180;
  const band = Math.sin((latitude + 0.5) * radians) - Math.sin((latitude - 0.5) * radians);
  return 6371 ** 2 * radians * band;
}

function cellMeans(earth: Earth, column: number, row: number): { sea: number; colour: number[] } {
  const [left, right] = [column, column + 1].map((degrees) => Math.round((degrees * earth.width) / 360));
  const [top, bottom] = [row, row + 1].map((degrees) => Math.round((degrees * earth.height) / 180));
  let sea = 0;
  let pixels = 0;
  const sums = [0, 0, 0];
  for (let y = top ?? 0; y < (bottom ?? 0); y++) {
    for (let x = left ?? 0; x < (right ?? 0); x++) {
      const pixel = y * earth.width + x;
      sea += earth.ocean[pixel] ?? 0;
      pixels++;
      for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + (earth.rgb[pixel * 3 + c] ?? 0);
    }
  }
  return { sea: sea / pixels, colour: sums.map((sum) => Math.round(sum / pixels)) };
}

/** How far every place on Earth is from the coast. */
import type { Earth } from './earth.ts';
import { nearestDistance, pointTree } from './point-tree.ts';

const earthRadiusKm = 6371;

/** Great-circle distances to the nearest coast, on a plate carrée grid laid out as {@link Earth}. */
export interface CoastDistances {
  readonly width: number;
  readonly height: number;
  /** Kilometres; above zero at sea, below zero on land. */
  readonly km: Float32Array;
}

/** Measures the middle of every cell of a grid. */
export function measureCoast(earth: Earth, width: number, height: number): CoastDistances {
  const tree = pointTree(coastPoints(earth));
  const km = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      const chord = nearestDistance(tree, onSphere(u, v));
      const distance = 2 * earthRadiusKm * Math.asin(Math.min(1, chord / 2));
      km[y * width + x] = isOcean(earth, u, v) ? distance : -distance;
    }
  }
  return { width, height, km };
}

/** True where the ocean is, at a place in parts of the whole width and height. */
function isOcean(earth: Earth, u: number, v: number): boolean {
  return earth.ocean[Math.floor(v * earth.height) * earth.width + Math.floor(u * earth.width)] === 1;
}

/** Middles of the edges between ocean pixels and their dry neighbours, on the unit sphere. */
function coastPoints({ ocean, width, height }: Earth): Float64Array {
  const points: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = ocean[y * width + x];
      if (here !== ocean[y * width + ((x + 1) % width)])
        points.push(...onSphere((x + 1) / width, (y + 0.5) / height));
      if (y + 1 < height && here !== ocean[(y + 1) * width + x]) {
        points.push(...onSphere((x + 0.5) / width, (y + 1) / height));
      }
    }
  }
  return Float64Array.from(points);
}

function onSphere(u: number, v: number): [number, number, number] {
  const longitude = (u - 0.5) * 2 * Math.PI;
  const latitude = (0.5 - v) * Math.PI;
  return [
    Math.cos(latitude) * Math.cos(longitude),
    Math.cos(latitude) * Math.sin(longitude),
    Math.sin(latitude),
  ];
}

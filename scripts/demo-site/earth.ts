/** The Earth as Cesium's offline imagery shows it (Natural Earth II, public domain): colours, land and sea. */
import { readFile } from 'node:fs/promises';
import { JpegImage } from 'pdfjs-dist/image_decoders/pdf.image_decoders.mjs';

const tileSize = 256;
const level = 2;

/** A place in the Pacific, and one in each sea whose strait is narrower than a pixel; longitude and latitude. */
const seas = [
  [-160, 0],
  [18, 35],
  [34, 43],
  [19, 57],
  [38, 20],
  [51, 27],
] as const;

/** A picture of the whole Earth, plate carrée: row 0 is the north pole, column 0 is 180° west. */
export interface Earth {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel. */
  readonly rgb: Uint8Array;
  /** How much a pixel looks like land: above zero is land, below is sea; smooth, so that it can be interpolated. */
  readonly landness: Float32Array;
  /** 1 where a pixel belongs to the ocean or a sea that is open to it; a lake does not. */
  readonly ocean: Uint8Array;
}

/** Puts the deepest level of the tile set together and tells land from sea. @param folder of `NaturalEarthII`. */
export async function readEarth(folder: string): Promise<Earth> {
  const columns = 2 << level;
  const rows = 1 << level;
  const [width, height] = [columns * tileSize, rows * tileSize];
  const rgb = new Uint8Array(width * height * 3);
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++) {
      // The tile set counts rows from the south (TMS).
      const tile = await decodeTile(`${folder}/${level}/${x}/${rows - 1 - y}.jpg`);
      for (let line = 0; line < tileSize; line++) {
        const row = tile.subarray(line * tileSize * 3, (line + 1) * tileSize * 3);
        rgb.set(row, ((y * tileSize + line) * width + x * tileSize) * 3);
      }
    }
  }
  const landness = measureLandness(rgb, width, height);
  return { width, height, rgb, landness, ocean: findOcean(landness, width, height) };
}

async function decodeTile(path: string): Promise<Uint8ClampedArray> {
  const image = new JpegImage();
  image.parse(await readFile(path));
  if (image.width !== tileSize || image.height !== tileSize) {
    throw new Error(`${path} is ${image.width}x${image.height} pixels, ${tileSize}x${tileSize} expected`);
  }
  return image.getData({ width: tileSize, height: tileSize, forceRGB: true });
}

/** Sea is dark, and blue leads red clearly; ice has blue shades but is bright. Smoothed against JPEG's noise. */
function measureLandness(rgb: Uint8Array, width: number, height: number): Float32Array {
  const raw = new Float32Array(width * height);
  for (let i = 0; i < raw.length; i++) {
    const [red, blue] = [rgb[i * 3] ?? 0, rgb[i * 3 + 2] ?? 0];
    raw[i] = Math.max(28 - (blue - red), (red - 145) / 2);
  }
  const smooth = new Float32Array(raw.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        const row = Math.min(height - 1, Math.max(0, y + dy)) * width;
        for (let dx = -1; dx <= 1; dx++) {
          const weight = (2 - Math.abs(dx)) * (2 - Math.abs(dy));
          sum += weight * (raw[row + ((x + dx + width) % width)] ?? 0);
        }
      }
      smooth[y * width + x] = sum / 16;
    }
  }
  return smooth;
}

/** Floods the ocean and its seas; what stays dry is land or lake. */
function findOcean(landness: Float32Array, width: number, height: number): Uint8Array {
  const ocean = new Uint8Array(width * height);
  const stack: number[] = [];
  const visit = (pixel: number): void => {
    if (ocean[pixel] === 1 || (landness[pixel] ?? 1) > 0) return;
    ocean[pixel] = 1;
    stack.push(pixel);
  };
  for (const [longitude, latitude] of seas) {
    const x = Math.floor(((longitude + 180) / 360) * width);
    visit(Math.floor(((90 - latitude) / 180) * height) * width + x);
  }
  for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
    const x = pixel % width;
    const row = pixel - x;
    visit(row + ((x + 1) % width));
    visit(row + ((x + width - 1) % width));
    if (row > 0) visit(pixel - width);
    if (row + width < ocean.length) visit(pixel + width);
  }
  return ocean;
}

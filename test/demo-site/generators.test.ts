import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { measureCoast } from '../../scripts/demo-site/coast.ts';
import type { Earth } from '../../scripts/demo-site/earth.ts';
import { composeMusic } from '../../scripts/demo-site/music.ts';
import { encodePng } from '../../scripts/demo-site/png.ts';
import { nearestDistance, pointTree } from '../../scripts/demo-site/point-tree.ts';

describe('pointTree', () => {
  it('finds the same nearest distance as asking every point', () => {
    const points = Float64Array.from({ length: 900 }, (_, i) => Math.sin(i * 12.9898) * 3);
    const tree = pointTree(points);
    for (let n = 0; n < 200; n++) {
      const place = [Math.sin(n) * 4, Math.cos(n * 1.7) * 4, Math.sin(n * 0.3) * 4] as const;
      let nearest = Infinity;
      for (let i = 0; i < points.length; i += 3) {
        const [x = 0, y = 0, z = 0] = points.subarray(i, i + 3);
        nearest = Math.min(nearest, Math.hypot(x - place[0], y - place[1], z - place[2]));
      }
      expect(nearestDistance(tree, place)).toBeCloseTo(nearest, 9);
    }
  });
});

describe('measureCoast', () => {
  it('measures great circles from a coast along the equator', () => {
    const [width, height] = [72, 36];
    const ocean = new Uint8Array(width * height).fill(1, 0, (width * height) / 2);
    const earth: Earth = { width, height, ocean, rgb: new Uint8Array(), landness: new Float32Array() };
    const coast = measureCoast(earth, width, height);
    const kmPerDegree = (6371 * Math.PI) / 180;
    for (const row of [0, 9, 17, 18, 30, 35]) {
      const latitude = 87.5 - row * 5;
      const km = coast.km[row * width + 11] ?? 0;
      expect(Math.abs(km - latitude * kmPerDegree)).toBeLessThan(25);
    }
  });
});

describe('encodePng', () => {
  it('packs two shades a byte below an unfiltered row', () => {
    const png = Buffer.from(encodePng(Uint8Array.of(1, 15, 0, 7), 2, [10, 20, 30]));
    expect(png.toString('latin1', 1, 4)).toBe('PNG');
    const start = png.indexOf('IDAT', 0, 'latin1') + 4;
    const length = png.readUInt32BE(start - 8);
    expect([...inflateSync(png.subarray(start, start + length))]).toEqual([0, 0x1f, 0, 0x07]);
  });
});

describe('composeMusic', () => {
  it('writes 48 seconds of stereo that is audible and never clipped, the same every time', () => {
    const { wav, peaks } = composeMusic();
    const view = Buffer.from(wav);
    expect(view.toString('latin1', 0, 4) + view.toString('latin1', 8, 12)).toBe('RIFFWAVE');
    expect(view.readUInt32LE(40)).toBe(view.length - 44);
    expect(view.readUInt32LE(40) / view.readUInt32LE(28)).toBe(48);
    expect(Math.max(...peaks)).toBeGreaterThan(0.3);
    expect(Math.max(...peaks)).toBeLessThan(1);
    expect(Buffer.compare(view, Buffer.from(composeMusic().wav))).toBe(0);
  });
});

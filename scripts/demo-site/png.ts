/** Writes PNG files of sixteen shades of one colour (W3C PNG, third edition: indexed colour, four bits a pixel). */
import { crc32, deflateSync } from 'node:zlib';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * @param shades one byte a pixel, 0 (nothing) to 15 (the full colour); rows of `width`, which is even
 * @param colour red, green and blue; the shade becomes its opacity
 */
export function encodePng(
  shades: Uint8Array,
  width: number,
  colour: readonly [number, number, number],
): Uint8Array {
  const height = shades.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([4, 3, 0, 0, 0], 8);
  const palette = Uint8Array.from({ length: 48 }, (_, i) => colour[i % 3] ?? 0);
  const opacity = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('tRNS', opacity),
    chunk('IDAT', deflateSync(packRows(shades, width), { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** Two pixels a byte, each row after a byte that says it is not filtered. */
function packRows(shades: Uint8Array, width: number): Uint8Array {
  const stride = width / 2 + 1;
  const rows = new Uint8Array((shades.length / width) * stride);
  for (let i = 0; i < shades.length; i += 2) {
    const row = Math.floor(i / width);
    rows[row * stride + 1 + (i - row * width) / 2] = ((shades[i] ?? 0) << 4) | (shades[i + 1] ?? 0);
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}

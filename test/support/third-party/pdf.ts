/** A small PDF (ISO 32000-1), the same bytes every time: text in two scripts, an image, a filled box. */

const latin = 'Herring swim in shoals.';
/** What the document says in Japanese, in a font that is not embedded: the reader needs a character map. */
const japanese = '\u9b5a\u306e\u7fa4\u308c';
const imageSide = 300;

/** The document, about 0.3 MB; one page of 400 by 300 points. */
export function smallPdf(): Uint8Array {
  const image = drawImage();
  const content = [
    'q 0.05 0.35 0.45 rg 20 20 360 60 re f Q',
    'BT /F1 24 Tf 30 240 Td',
    `(${latin}) Tj ET`,
    'BT /F2 24 Tf 30 200 Td',
    `<${utf16(japanese)}> Tj ET`,
    'q 100 0 0 100 150 90 cm /Im1 Do Q',
  ].join('\n');
  return document([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> /XObject << /Im1 9 0 R >> >> >>',
    stream('', Buffer.from(content, 'latin1')),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /UniJIS-UTF16-H /DescendantFonts [7 0 R] >>',
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /FontDescriptor 8 0 R >>',
    '<< /Type /FontDescriptor /FontName /HeiseiMin-W3 /Flags 6 /FontBBox [-123 -257 1001 910] /ItalicAngle 0 /Ascent 709 /Descent -241 /CapHeight 709 /StemV 69 >>',
    stream(
      `/Type /XObject /Subtype /Image /Width ${imageSide} /Height ${imageSide} /ColorSpace /DeviceRGB /BitsPerComponent 8`,
      image,
    ),
  ]);
}

/** Waves, uncompressed. */
function drawImage(): Buffer {
  const pixels = Buffer.alloc(imageSide * imageSide * 3);
  for (let y = 0; y < imageSide; y++) {
    for (let x = 0; x < imageSide; x++) {
      const wave = 128 + 100 * Math.sin((x + 20 * Math.sin(y / 25)) / 12);
      pixels.set([40, wave, 255 - wave / 2], 3 * (y * imageSide + x));
    }
  }
  return pixels;
}

function stream(entries: string, bytes: Buffer): Buffer<ArrayBuffer> {
  const head = `<< ${entries} /Length ${bytes.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes, Buffer.from('\nendstream', 'latin1')]);
}

/** Numbers the objects from 1 and writes the table of where they are (7.5.4). */
function document(objects: readonly (string | Buffer)[]): Uint8Array {
  const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  const add = (part: Buffer<ArrayBuffer>): void => {
    parts.push(part);
    length += part.length;
  };
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    const body = typeof object === 'string' ? Buffer.from(object, 'latin1') : object;
    add(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]));
  }
  const start = length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  add(Buffer.from(`xref\n0 ${count}\n0000000000 65535 f \n${rows}`));
  add(Buffer.from(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}

function utf16(text: string): string {
  return Array.from({ length: text.length }, (_, index) =>
    text.charCodeAt(index).toString(16).padStart(4, '0'),
  ).join('');
}

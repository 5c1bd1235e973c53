/** The part of pdf.js that decodes JPEG, which is published without types. */
declare module 'pdfjs-dist/image_decoders/pdf.image_decoders.mjs' {
  export class JpegImage {
    readonly width: number;
    readonly height: number;
    parse(bytes: Uint8Array): void;
    getData(options: { width: number; height: number; forceRGB: boolean }): Uint8ClampedArray;
  }
}

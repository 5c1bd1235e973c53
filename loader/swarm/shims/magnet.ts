/** In place of `magnet-uri`: WebTorrent writes a magnet link for each torrent; nobody reads it. */

export function encode(): string {
  return '';
}
export default function decode(): never {
  throw new Error('magnet links are left out of the Shoal engine');
}

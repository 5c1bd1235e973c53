/** In place of `debug`: WebTorrent logs nothing in a visitor's browser. */

function silent(): void {}

export default function debug(): () => void {
  return silent;
}

/**
 * The WebTorrent tracker protocol writes 20 bytes as 20 characters of code 0-255 ("binary string").
 * Inside the tracker ids stay in that form; hex is for everybody else.
 */

/** Whether `text` is 20 bytes as a binary string. */
export function isBinaryId(text: unknown): text is string {
  if (typeof text !== 'string' || text.length !== 20) return false;
  for (let i = 0; i < 20; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/** Lower-case hex of a binary string. */
export function binaryToHex(binary: string): string {
  return Buffer.from(binary, 'latin1').toString('hex');
}

/** Binary string of hex. */
export function hexToBinary(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1');
}

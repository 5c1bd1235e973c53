/**
 * How many peers of one network a page links to. Attack: one machine, or one rented range, with many
 * names surrounds a visitor.
 */

/** Links to one network; a page has up to twelve. */
export const linksPerNetwork = 4;

/**
 * The network of an address: its /24, or its /48 for IPv6. `undefined` for addresses that tell nothing
 * of whose they are: private and local ones (RFC 1918, 4193, 6598), and anything that is no address.
 */
export function networkOf(address: string): string | undefined {
  return address.includes(':') ? networkOf6(address.toLowerCase()) : networkOf4(address);
}

/** Whether one more link to this network is too much. `others`: networks of the links that there are. */
export function isCrowded(network: string, others: readonly (string | undefined)[]): boolean {
  return others.filter((other) => other === network).length >= linksPerNetwork;
}

function networkOf4(address: string): string | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  const [a = 0, b = 0, c = 0] = parts.map(Number);
  const isLocal =
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168);
  return isLocal ? undefined : `${a}.${b}.${c}.0/24`;
}

function networkOf6(address: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return networkOf4(mapped);
  const [before = '', after, more] = address.split('::');
  if (more !== undefined) return undefined;
  const groups = before === '' ? [] : before.split(':');
  const rest = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => '0');
  const all = [...groups, ...zeros, ...rest];
  if (all.length !== 8 || !all.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  const [first = 0, second = 0, third = 0] = all.map((group) => parseInt(group, 16));
  // Global unicast is 2000::/3; all else is local, special or not in use.
  if (first >> 13 !== 1) return undefined;
  return `${[first, second, third].map((group) => group.toString(16)).join(':')}::/48`;
}

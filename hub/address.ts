/** Clients' addresses, and what shares a limit. They are kept in memory while a limit needs them; never stored, never logged. */

import { isIP, isIPv6 } from 'node:net';

/** The headers of a request, as Node and the Fetch API both can give them. */
type HeaderOf = (name: string) => string | undefined;

/**
 * Where a request comes from: the socket's other end; behind a proxy that we trust, the last entry of
 * `X-Forwarded-For`. The proxy appends the address that it saw, all before it is the client's own word.
 */
export function forwardedAddress(
  header: HeaderOf,
  remoteAddress: string | undefined,
  trustProxy: boolean,
): string | undefined {
  const forwarded = trustProxy ? header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return forwarded !== undefined && isIP(forwarded) !== 0 ? forwarded : remoteAddress;
}

/** One household: an IPv4 address, or an IPv6 network of 64 bits. */
export function householdOf(address: string | undefined): string {
  return networkOf(address, 4, 4);
}

/** One attacker's range, if a cheap one: 24 bits of IPv4, 48 bits of IPv6. */
export function rangeOf(address: string | undefined): string {
  return networkOf(address, 3, 3);
}

/** `bytes` of an IPv4 address, or `groups` of 16 bits of an IPv6 address. */
function networkOf(address: string | undefined, bytes: number, groups: number): string {
  const plain = withoutMapping(address ?? '');
  return isIPv6(plain)
    ? groupsOf(plain).slice(0, groups).join(':')
    : plain.split('.').slice(0, bytes).join('.');
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const first = head.split(':').filter(Boolean);
  const last = tail?.split(':').filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...(tail === undefined ? [] : zeros), ...last].map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
}

/** Whether it is this machine itself. */
export function isLoopback(address: string): boolean {
  const plain = withoutMapping(address);
  return plain.startsWith('127.') || plain === '::1';
}

function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

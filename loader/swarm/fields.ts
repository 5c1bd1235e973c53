/** The first look at untrusted JSON. */

import { toHex } from '../../manifests/hex.ts';

/** The fields of an object; `undefined` for anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

/** JSON text of an object; `undefined` for anything else. */
export function parseFields(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** At most `limit` items that `parse` understands; the rest is dropped. `undefined`: not a list. */
export function listOf<T>(
  value: unknown,
  limit: number,
  parse: (item: unknown) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value.slice(0, limit);
  return items.map(parse).filter((item) => item !== undefined);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isHex(value: unknown, digits: number): value is string {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
}

/** 20 bytes as the tracker protocol writes them, one character of code 0-255 each, to 40 hex digits. */
export function hexOfBinary(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[\0-\xff]{20}$/s.test(value)) return undefined;
  return toHex(Uint8Array.from(value, (char) => char.charCodeAt(0)));
}

/** The inverse of {@link hexOfBinary}. */
export function binaryOfHex(hex: string): string {
  return hex.replace(/../g, (byte) => String.fromCharCode(parseInt(byte, 16)));
}

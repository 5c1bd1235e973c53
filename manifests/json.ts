/** From verified bytes to a value: one spelling only, and nothing that could poison an object (clause M4). */

import { fromUtf8 } from './bytes.ts';
import { ManifestError } from './errors.ts';

/** A JSON object whose fields nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Parses JSON that is spelled exactly as `JSON.stringify` writes it. That one comparison refuses
 * duplicate keys, a byte order mark, white space, trailing bytes, `1e400`, `-0`, `1.0` and lone
 * surrogates' escapes, without a parser of our own.
 */
export function parseStrictJson(bytes: Uint8Array, where: string): Fields {
  const text = fromUtf8(bytes);
  if (text === undefined) throw new ManifestError('bad-json', where, 'is not valid UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (JSON.stringify(value) !== text) throw new SyntaxError('not spelled as JSON.stringify would');
  } catch (error) {
    // RangeError: nesting too deep for the stack, which is as good a reason to refuse.
    throw new ManifestError('bad-json', where, error instanceof Error ? error.message : 'is not JSON');
  }
  return fieldsOf(value, where);
}

/** Asserts a plain object. */
export function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ManifestError('bad-shape', where, 'is not an object');
  }
  const fields: Fields = { ...value };
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    if (Object.hasOwn(value, key)) throw new ManifestError('bad-shape', where, `has a field named ${key}`);
  }
  return fields;
}

/** Asserts an array of at most `limit` items. */
export function listOf(value: unknown, where: string, limit: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new ManifestError('bad-shape', where, 'is not a list');
  if (value.length > limit) throw new ManifestError('too-large', where, `has more than ${limit} items`);
  return value;
}

/** Asserts a well-formed string of at most `limit` UTF-16 units, without NUL. */
export function textOf(value: unknown, where: string, limit = 1024): string {
  if (typeof value !== 'string') throw new ManifestError('bad-shape', where, 'is not a string');
  if (value.length > limit) throw new ManifestError('too-large', where, `is longer than ${limit}`);
  // A lone surrogate cannot be written as UTF-8, NUL ends strings in other people's code.
  if (/[\u0000]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) {
    throw new ManifestError('bad-shape', where, 'has a NUL or a lone surrogate');
  }
  return value;
}

/** Asserts a whole number in a range. */
export function integerOf(value: unknown, where: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw new ManifestError('bad-shape', where, `is not a whole number from ${min} to ${max}`);
  }
  return value;
}

/** Asserts one of a closed set of strings. */
export function oneOf<T extends string>(value: unknown, where: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw new ManifestError('bad-shape', where, `is not one of ${allowed.join(', ')}`);
  return found;
}

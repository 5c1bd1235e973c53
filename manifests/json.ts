/** From verified bytes to a value: one spelling only, and nothing that could poison an object (clause M4). */

import { fromUtf8 } from './bytes.ts';
import { asDigest, type Digest } from './documents.ts';
import { refuse } from './errors.ts';

/** A JSON object whose fields nobody has looked at yet, and its name for error messages. */
export interface Fields {
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Parses JSON that is spelled exactly as `JSON.stringify` writes it. That one comparison refuses
 * duplicate keys, a byte order mark, white space, trailing bytes, `1e400`, `-0`, `1.0` and lone
 * surrogates' escapes, without a parser of our own.
 */
export function parseStrictJson(bytes: Uint8Array, where: string): Fields {
  const text = fromUtf8(bytes) ?? '';
  let value: unknown;
  try {
    value = JSON.parse(text);
    // RangeError: nested too deep for the stack, which is as good a reason to refuse.
    if (JSON.stringify(value) !== text) throw new SyntaxError();
  } catch {
    refuse('bad-json', where);
  }
  return fieldsOf(value, where);
}

/** Asserts a plain object. */
export function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('bad-shape', where);
  }
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    if (Object.hasOwn(value, key)) refuse('bad-shape', where);
  }
  return { where, values: { ...value } };
}

/** Asserts an object in a field. */
export function objectIn(fields: Fields, name: string): Fields {
  return fieldsOf(fields.values[name], `${fields.where} ${name}`);
}

/** Asserts an array of at most `limit` items in a field. */
export function listIn(fields: Fields, name: string, limit: number): readonly unknown[] {
  const value = fields.values[name];
  if (!Array.isArray(value)) return refuse('bad-shape', `${fields.where} ${name}`);
  if (value.length > limit) refuse('too-large', `${fields.where} ${name}`);
  return value;
}

/** Asserts a well-formed string of at most `limit` UTF-16 units, without NUL. */
export function textOf(value: unknown, where: string, limit: number): string {
  if (typeof value !== 'string') return refuse('bad-shape', where);
  if (value.length > limit) refuse('too-large', where);
  // A lone surrogate cannot be written as UTF-8, NUL ends strings in other people's code.
  if (/[\u0000\ud800-\udfff]/u.test(value)) refuse('bad-shape', where);
  return value;
}

/** {@link textOf} a field. */
export function textIn(fields: Fields, name: string, limit: number): string {
  return textOf(fields.values[name], `${fields.where} ${name}`, limit);
}

/** Asserts a whole number in a range. */
export function integerIn(fields: Fields, name: string, min: number, max: number): number {
  const value = fields.values[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    return refuse('bad-shape', `${fields.where} ${name}`);
  }
  return value;
}

/** Asserts a SHA-256 in hex. */
export function digestIn(fields: Fields, name: string): Digest {
  return asDigest(fields.values[name]) ?? refuse('bad-shape', `${fields.where} ${name}`);
}

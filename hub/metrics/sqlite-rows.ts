/** Rows of SQLite as values: what the schema promises is checked here, once. */

import type { SQLOutputValue } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function numberIn(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`);
  return value;
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`);
  return value;
}

/** The value among the allowed ones that a text column holds. */
export function oneIn<T extends string>(row: Row, column: string, allowed: readonly T[]): T {
  const text = textIn(row, column);
  const value = allowed.find((candidate) => candidate === text);
  if (value === undefined) throw new TypeError(`column ${column} holds ${text}`);
  return value;
}

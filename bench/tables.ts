/** Tables for terminals and for Markdown. */
import type { Table } from './result.ts';

/** Columns under each other; the first to the left, the others to the right. */
export function textTable({ title, columns, rows }: Table): string {
  const widths = widthsOf(columns, rows);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('   ')
      .trimEnd();
  return [title, '', line(columns), ...rows.map(line), ''].join('\n');
}

/** As prettier would write it. */
export function markdownTable({ columns, rows }: Table): string {
  const widths = widthsOf(columns, rows).map((width) => Math.max(width, 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

function widthsOf(columns: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
}

/**
 * Tables: a caption, column heads, a head for each row, and a place to scroll in where it is narrow. The
 * roles are written out, since a style sheet that lays rows out otherwise takes them away in some browsers.
 */

import { fill, h, type Child } from '../dom.ts';

export interface Column {
  readonly label: string;
  /** Right-aligned. */
  readonly numeric?: boolean;
  /** Left out on a narrow screen. */
  readonly secondary?: boolean;
}

export interface Table {
  readonly element: HTMLElement;
  /** The first cell of a row is its head. */
  setRows(rows: readonly (readonly Child[])[]): void;
}

export function createTable(caption: string, columns: readonly Column[]): Table {
  const body = h('tbody', { role: 'rowgroup' });
  const heads = columns.map((column) =>
    h('th', { scope: 'col', role: 'columnheader', ...classOf(column) }, column.label),
  );
  const table = h(
    'table',
    { role: 'table' },
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...heads)),
    body,
  );
  const row = (cells: readonly Child[]): HTMLElement =>
    h(
      'tr',
      { role: 'row' },
      ...columns.map((column, index) =>
        index === 0
          ? h('th', { scope: 'row', role: 'rowheader', ...classOf(column) }, cells[index] ?? null)
          : h('td', { role: 'cell', ...classOf(column) }, cells[index] ?? null),
      ),
    );
  return {
    element: h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': caption }, table),
    setRows: (rows) => fill(body, ...rows.map(row)),
  };
}

function classOf(column: Column): Record<string, string> {
  const names = [column.numeric === true ? 'numeric' : '', column.secondary === true ? 'secondary' : ''];
  const joined = names.join(' ').trim();
  return joined === '' ? {} : { class: joined };
}

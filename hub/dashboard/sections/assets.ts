/** The assets that matter: those that spared the origin most, and those that still cost it most. */

import type { AssetRow } from '../../api.ts';
import { fill, h } from '../dom.ts';
import { formatBytes, formatCount, formatDuration } from '../format.ts';
import { bar, card, type Section } from './section.ts';
import { createTable, type Column } from './table.ts';

interface Kind {
  readonly title: string;
  readonly note: string;
  readonly rows: 'savers' | 'losers';
  readonly columns: readonly Column[];
  readonly none: string;
  /** What the kind is sorted by. */
  readonly weight: (row: AssetRow) => number;
  readonly figures: (row: AssetRow) => string[];
}

const savers: Kind = {
  title: 'Top savers',
  note: 'By bytes that peers delivered',
  rows: 'savers',
  columns: [
    { label: 'Peers', numeric: true },
    { label: 'Origin', numeric: true },
  ],
  none: 'Peers have not delivered anything in this time.',
  weight: (row) => row.swarm,
  figures: (row) => [formatBytes(row.swarm), formatBytes(row.http)],
};

const losers: Kind = {
  title: 'Top losers',
  note: 'By bytes that still came from the origin, or were wasted',
  rows: 'losers',
  columns: [
    { label: 'Origin', numeric: true },
    { label: 'Wasted', numeric: true },
  ],
  none: 'The origin did not have to send anything in this time.',
  weight: (row) => row.http + wasted(row),
  figures: (row) => [formatBytes(row.http), formatBytes(wasted(row))],
};

export function createSavers(): Section {
  return createAssets(savers);
}

export function createLosers(): Section {
  return createAssets(losers);
}

function createAssets(kind: Kind): Section {
  const table = createTable(`${kind.title}: ${kind.note.toLowerCase()}`, [
    { label: 'Asset' },
    ...kind.columns,
    { label: 'Requests', numeric: true, secondary: true },
    { label: 'Mean time', numeric: true, secondary: true },
  ]);
  const none = h('p', { class: 'quiet' }, kind.none);
  return {
    element: card({ title: kind.title, note: kind.note }, table.element, none),
    update: ({ assets }) => {
      const rows = assets[kind.rows];
      const largest = Math.max(...rows.map(kind.weight), 0);
      table.element.hidden = rows.length === 0;
      none.hidden = rows.length > 0;
      table.setRows(
        rows.map((row) => [
          assetCell(row, kind, largest),
          ...kind.figures(row),
          formatCount(row.requests),
          formatDuration(row.meanMs),
        ]),
      );
    },
  };
}

/** The path over a bar: as long as the asset weighs beside the heaviest, divided by source. */
function assetCell(row: AssetRow, kind: Kind, largest: number): HTMLElement {
  const cell = h('span', { class: 'asset' });
  const slash = row.path.lastIndexOf('/') + 1;
  fill(
    cell,
    h(
      'span',
      { class: 'path', title: row.path },
      h('span', { class: 'path-folder' }, row.path.slice(0, slash)),
      row.path.slice(slash),
    ),
    kind === savers
      ? bar([{ color: 'peers', share: row.swarm / largest }])
      : bar([
          { color: 'origin', share: row.http / largest },
          { color: 'wasted', share: wasted(row) / largest },
        ]),
  );
  return cell;
}

function wasted(row: AssetRow): number {
  return row.discarded + row.rejected;
}

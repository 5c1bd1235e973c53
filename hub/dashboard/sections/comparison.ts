/** Visitors with the swarm beside the few that load by plain HTTP: what does the swarm do for them? */

import type { GroupRow, GroupTimes } from '../../api.ts';
import { comparedTimes, spreadOn, type ComparedTimes } from '../comparison.ts';
import { h, setText, type Child } from '../dom.ts';
import { networkBytes } from '../figures.ts';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../format.ts';
import { card, swatch, type Section } from './section.ts';
import { createTable } from './table.ts';

const measureWords: Readonly<Record<GroupTimes['measure'], string>> = {
  load: 'Page load',
  script: 'Scripts',
  style: 'Styles',
  font: 'Fonts',
  image: 'Images',
  media: 'Video and audio',
  data: 'Data',
  other: 'Other',
};

export function createComparison(): Section {
  const note = h('span');
  const swarm = groupTile('peers', 'With the swarm');
  const holdout = groupTile('origin', 'Held out');
  const table = createTable('How soon pages and their assets were there, by group', [
    { label: 'Until' },
    { label: 'With the swarm' },
    { label: 'Held out' },
    { label: 'Difference', numeric: true },
  ]);
  table.element.classList.add('comparison-table');
  const element = card(
    { title: 'With the swarm and without', note },
    h('dl', { class: 'waste' }, swarm.element, holdout.element),
    table.element,
    h(
      'p',
      { class: 'quiet' },
      'Bars: the middle half of page loads, a mark at the median, a line up to 95 %.',
    ),
  );
  return {
    element,
    update: (summary) => {
      const { groups } = summary.comparison;
      element.hidden = groups.length === 0;
      swarm.set(groups.find(({ group }) => group === 'swarm'));
      holdout.set(groups.find(({ group }) => group === 'holdout'));
      const rows = comparedTimes(summary);
      setText(note, sentence(rows));
      const scaleMs = Math.max(...summary.comparison.times.map(({ p95Ms }) => p95Ms), 0);
      table.setRows(rows.map((row) => cells(row, scaleMs)));
    },
  };
}

function cells(row: ComparedTimes, scaleMs: number): Child[] {
  return [
    h('span', {}, `${measureWords[row.measure]} `, h('span', { class: 'cell-sub' }, `${row.visit} visits`)),
    spread(row.swarm, scaleMs, 'peers'),
    spread(row.holdout, scaleMs, 'origin'),
    difference(row),
  ];
}

function spread(times: GroupTimes | undefined, scaleMs: number, color: 'peers' | 'origin'): Child {
  if (times === undefined) return '–';
  const { p25, p50, p75, p95 } = spreadOn(times, scaleMs);
  const part = (name: string, from: number, to: number): HTMLElement => {
    const element = h('span', { class: `spread-${name}` });
    element.style.left = `${from * 100}%`;
    element.style.width = `${(to - from) * 100}%`;
    return element;
  };
  const words = `${formatDuration(times.p25Ms)} to ${formatDuration(times.p75Ms)}, 95 % ${formatDuration(times.p95Ms)}`;
  return h(
    'div',
    { title: `${formatCount(times.count)} page loads` },
    h('strong', {}, formatDuration(times.p50Ms)),
    ' ',
    h('span', { class: 'cell-sub' }, words),
    h(
      'div',
      { class: `spread spread-of-${color}`, 'aria-hidden': 'true' },
      part('tail', p75, p95),
      part('box', p25, p75),
      part('median', p50, p50),
    ),
  );
}

function difference({ differenceMs, isTelling, swarm, holdout }: ComparedTimes): Child {
  if (differenceMs === null || swarm === undefined || holdout === undefined) return '–';
  if (!isTelling) return h('span', { class: 'cell-sub' }, 'not told from chance');
  const words = differenceMs < 0 ? 'sooner' : 'later';
  const kind = differenceMs < 0 ? 'good' : 'warn';
  return h('span', { class: `badge badge-${kind}` }, `${formatDuration(Math.abs(differenceMs))} ${words}`);
}

function groupTile(color: 'peers' | 'origin', title: string) {
  const value = h('strong');
  const share = h('span', { class: 'note' });
  return {
    element: h('div', {}, h('dt', {}, swatch(color), ' ', title), h('dd', {}, value, ' ', share)),
    set: (row: GroupRow | undefined) => {
      setText(value, `${formatCount(row?.loads ?? 0)} page loads`);
      setText(share, row === undefined ? '' : offloadWords(row));
    },
  };
}

function offloadWords({ offloadRatio, bytes }: GroupRow): string {
  if (offloadRatio === null) return 'their pages report times, not bytes';
  return `${formatPercent(offloadRatio)} of ${formatBytes(networkBytes(bytes))} from peers`;
}

/** What the page load says, of the visits that can say it. */
function sentence(rows: readonly ComparedTimes[]): string {
  const loads = rows.filter(({ measure, differenceMs }) => measure === 'load' && differenceMs !== null);
  const telling = loads.find((row) => row.isTelling);
  if (telling === undefined) {
    return loads.length === 0
      ? 'Nothing to compare yet'
      : 'No difference in page load time that can be told from chance';
  }
  const { differenceMs, visit } = telling;
  const ms = differenceMs ?? 0;
  return `The median ${visit} visit is ${formatDuration(Math.abs(ms))} ${ms < 0 ? 'faster' : 'slower'} with the swarm than held out`;
}

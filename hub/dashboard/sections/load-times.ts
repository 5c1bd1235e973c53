/** How fast pages load, with the swarm and without: does it help visitors, too? */

import type { LoadTimes } from '../../api.ts';
import { h, setText } from '../dom.ts';
import { swarmSlowdownMs } from '../figures.ts';
import { formatCount, formatDuration } from '../format.ts';
import { card, type Section } from './section.ts';
import { createTable } from './table.ts';

const swarmWords: Readonly<Record<LoadTimes['swarm'], string>> = {
  on: 'swarm on',
  off: 'swarm off',
  'opted-out': 'opted out',
  unsupported: 'unsupported',
};

export function createLoadTimes(): Section {
  const note = h('span');
  const table = createTable('Time from navigation to the load event, by kind of visit', [
    { label: 'Visit' },
    { label: 'Page loads', numeric: true, secondary: true },
    { label: 'Median', numeric: true },
    { label: '75 % within', numeric: true },
    { label: '95 % within', numeric: true },
  ]);
  const none = h('p', { class: 'quiet' }, 'No load times reported yet.');
  return {
    element: card({ title: 'Page load time', note }, table.element, none),
    update: ({ loadTimes }) => {
      table.element.hidden = loadTimes.length === 0;
      none.hidden = loadTimes.length > 0;
      setText(note, comparisonSentence(loadTimes) ?? 'From navigation to the load event');
      table.setRows(
        loadTimes.map((row) => [
          h(
            'span',
            {},
            row.visit === 'first' ? 'First ' : 'Repeat ',
            h('span', { class: 'cell-sub' }, swarmWords[row.swarm]),
          ),
          formatCount(row.count),
          formatDuration(row.p50Ms),
          formatDuration(row.p75Ms),
          formatDuration(row.p95Ms),
        ]),
      );
    },
  };
}

/** `The median repeat visit is 180 ms faster with the swarm than without` */
function comparisonSentence(rows: readonly LoadTimes[]): string | undefined {
  for (const visit of ['repeat', 'first'] as const) {
    const slowdown = swarmSlowdownMs(rows, visit);
    if (slowdown === null) continue;
    if (Math.abs(slowdown) < 5) return `The median ${visit} visit is as fast with the swarm as without`;
    const comparison = slowdown < 0 ? 'faster' : 'slower';
    return `The median ${visit} visit is ${formatDuration(Math.abs(slowdown))} ${comparison} with the swarm than without`;
  }
  return undefined;
}

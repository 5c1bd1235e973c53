/** How each release does: an unchanged pack keeps its seeders, so a new release should not start from nothing. */

import type { ReleaseRow } from '../../api.ts';
import { h } from '../dom.ts';
import { networkBytes } from '../figures.ts';
import { formatAgo, formatBytes, formatDigest, formatMoment, formatPercent } from '../format.ts';
import { bar, card, type Section } from './section.ts';
import { createTable } from './table.ts';

export function createReleases(): Section {
  const table = createTable('Bytes and offload ratio of each release, newest first', [
    { label: 'Release' },
    { label: 'Last report', secondary: true },
    { label: 'Peers', numeric: true },
    { label: 'Origin', numeric: true },
    { label: 'Cache', numeric: true, secondary: true },
    { label: 'Offload ratio', numeric: true },
  ]);
  const none = h('p', { class: 'quiet' }, 'No release was used in this time.');
  return {
    element: card(
      { title: 'Releases', note: 'Newest first; those with traffic in this time' },
      table.element,
      none,
    ),
    update: ({ releases }, now) => {
      table.element.hidden = releases.length === 0;
      none.hidden = releases.length > 0;
      table.setRows(releases.map((release, index) => row(release, index === 0, now)));
    },
  };
}

function row(release: ReleaseRow, newest: boolean, now: number) {
  const { bytes, sha256, version, offloadRatio } = release;
  const network = networkBytes(bytes);
  return [
    h(
      'span',
      {},
      h('code', { title: sha256 }, formatDigest(sha256)),
      ' ',
      newest ? h('span', { class: 'badge' }, 'Newest') : null,
      ' ',
      h('span', { class: 'cell-sub', title: formatMoment(version) }, `published ${formatAgo(version, now)}`),
    ),
    h('span', { title: formatMoment(release.lastSeen) }, formatAgo(release.lastSeen, now)),
    formatBytes(bytes.swarm),
    formatBytes(bytes.http),
    formatBytes(bytes.cache),
    h(
      'span',
      { class: 'ratio-cell' },
      formatPercent(offloadRatio),
      bar([
        { color: 'peers', share: bytes.swarm / network },
        { color: 'origin', share: bytes.http / network },
      ]),
    ),
  ];
}

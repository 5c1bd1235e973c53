/** What went wrong, what each failure means, and what to do; and the bytes that were received for nothing. */

import type { FailureRow, Summary } from '../../api.ts';
import { h, setText } from '../dom.ts';
import { adviceFor, severityWords } from '../failure-advice.ts';
import { networkBytes } from '../figures.ts';
import { formatAgo, formatBytes, formatCount, formatMoment, formatPercent } from '../format.ts';
import { card, type Section } from './section.ts';
import { createTable } from './table.ts';

export function createFailures(): Section {
  const rejected = wasteTile(
    'Rejected',
    'Did not match the signed digest; no page and no cache ever saw them',
  );
  const discarded = wasteTile('Discarded', 'Right but not needed: duplicates, over-fetch, aborted requests');
  const table = createTable('Failures by kind, most frequent first', [
    { label: 'Failure' },
    { label: 'Count', numeric: true },
    { label: 'Last', secondary: true },
    { label: 'What it means, what to do' },
  ]);
  table.element.classList.add('failures-table');
  const outliers = h('p', { class: 'quiet' });
  const none = h('p', { class: 'quiet' }, 'No failures were reported in this time.');
  return {
    element: card(
      { title: 'Failures and waste', note: 'Whatever fails, visitors get the asset over plain HTTP' },
      h('dl', { class: 'waste' }, rejected.element, discarded.element),
      outliers,
      table.element,
      none,
    ),
    update: (summary, now) => {
      rejected.set(summary.bytes.rejected, summary);
      discarded.set(summary.bytes.discarded, summary);
      outliers.hidden = summary.outliers.reports === 0;
      setText(outliers, outlierWords(summary.outliers));
      table.element.hidden = summary.failures.length === 0;
      none.hidden = summary.failures.length > 0;
      table.setRows(summary.failures.map((failure) => row(failure, now)));
    },
  };
}

/** Reports of visitors are their own word; what cannot be is said here and counted nowhere else. */
function outlierWords({ reports, bytes }: Summary['outliers']): string {
  return `${formatCount(reports)} reports were set aside as implausible (they claim ${formatBytes(bytes)}); no other figure has them.`;
}

function row(failure: FailureRow, now: number) {
  const advice = adviceFor(failure.code);
  return [
    h('span', {}, advice.title, ' ', h('code', { class: 'cell-sub' }, failure.code)),
    formatCount(failure.count),
    h('span', { title: formatMoment(failure.lastSeen) }, formatAgo(failure.lastSeen, now)),
    h(
      'div',
      { class: 'advice' },
      h('span', { class: `badge badge-${advice.severity}` }, severityWords[advice.severity]),
      h('p', {}, advice.meaning),
      h('p', { class: 'todo' }, h('strong', {}, 'What to do: '), advice.todo),
    ),
  ];
}

function wasteTile(title: string, meaning: string) {
  const value = h('strong');
  const share = h('span', { class: 'cell-sub' });
  return {
    element: h(
      'div',
      {},
      h('dt', {}, title),
      h('dd', {}, value, ' ', share, ' ', h('span', { class: 'note' }, meaning)),
    ),
    set: (bytes: number, summary: Summary) => {
      const received = networkBytes(summary.bytes) + summary.bytes.discarded + summary.bytes.rejected;
      setText(value, formatBytes(bytes));
      setText(share, received > 0 ? `${formatPercent(bytes / received)} of all network bytes` : '');
    },
  };
}

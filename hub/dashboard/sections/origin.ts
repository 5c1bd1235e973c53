/** The cross-check: what pages report against what the origin's own server counted. */

import type { OriginCounts, Summary } from '../../api.ts';
import { fill, h, type Child } from '../dom.ts';
import { agreement, goodAgreement } from '../figures.ts';
import { formatBytes, formatCount, formatPercent } from '../format.ts';
import { bar, card, type BarPart, type Section } from './section.ts';

export function createOrigin(): Section {
  const body = h('div');
  return {
    element: card(
      { title: 'Origin’s own count', note: 'Pages report what they received; the server knows what it sent' },
      body,
    ),
    update: (summary) => {
      fill(body, ...(summary.origin === null ? noCount() : comparison(summary, summary.origin)));
    },
  };
}

function comparison(summary: Summary, origin: OriginCounts): Child[] {
  const reported = summary.bytes.http;
  const counted = origin.assetBytes;
  const agreed = agreement(reported, counted);
  const largest = Math.max(reported, counted);
  return [
    h(
      'p',
      { class: 'verdict' },
      h('strong', {}, formatPercent(agreed)),
      ' agreement ',
      h('span', { class: 'badge' }, verdict(agreed)),
    ),
    h(
      'dl',
      { class: 'compare' },
      ...compareRow('Pages report from the origin', reported, { color: 'origin', share: reported / largest }),
      ...compareRow('Origin sent, same assets', counted, { color: 'counted', share: counted / largest }),
    ),
    explanation(reported, counted, agreed),
    h(
      'p',
      { class: 'note' },
      `Beside these the origin sent ${formatBytes(origin.otherBytes)} of everything else (HTML, Shoal’s own files), and answered ${formatCount(origin.requests)} requests in all.`,
    ),
  ];
}

function compareRow(label: string, bytes: number, part: BarPart): HTMLElement[] {
  return [h('dt', {}, label), h('dd', {}, h('span', {}, formatBytes(bytes)), bar([part]))];
}

function verdict(agreed: number | null): string {
  if (agreed === null) return 'Nothing to compare yet';
  return agreed >= goodAgreement ? 'The counts agree' : 'The counts differ';
}

function explanation(reported: number, counted: number, agreed: number | null): HTMLElement | null {
  if (agreed === null || agreed >= goodAgreement) return null;
  const sentence =
    counted > reported
      ? 'The origin sent more than pages report: visitors without Shoal (bots, blocked scripts), or pages closed before their last report.'
      : 'The origin sent less than pages report: pages count decoded bytes, so compression shows here, and a CDN or HTTP cache in front answers what the origin never sees.';
  return h('p', { class: 'note' }, sentence);
}

function noCount(): Child[] {
  return [
    h('p', { class: 'quiet' }, 'No origin has reported to this hub.'),
    h(
      'p',
      { class: 'note' },
      'A site served with “shoal serve” is counted by itself. For another web server, let a log shipper send its access log to the hub (POST origin); until then the offload ratio rests on the pages’ own reports alone.',
    ),
  ];
}

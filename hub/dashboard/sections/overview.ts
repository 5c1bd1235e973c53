/** The first row: how much the origin was spared, what that is worth, and who is here. */

import type { LiveTick, Summary } from '../../api.ts';
import { createRatioSparkline } from '../charts/small-plots.ts';
import { h, setText } from '../dom.ts';
import { drawnPoints, networkBytes, pointRatio } from '../figures.ts';
import {
  bytesFigure,
  formatBytes,
  formatCount,
  formatCounted,
  formatMoney,
  formatPercent,
  percentFigure,
} from '../format.ts';
import { rangeWords } from '../address.ts';
import { bar, figureElement, swatch, type Section } from './section.ts';

export interface Overview extends Section {
  /** What changes from second to second. */
  readonly tick: (tick: LiveTick) => void;
  readonly redraw: () => void;
}

export function createOverview(): Overview {
  const ratio = createRatioPanel();
  const saved = createSavedPanel();
  const visitors = createVisitorsPanel();
  const peers = createPeersPanel();
  return {
    element: h(
      'section',
      { class: 'overview', 'aria-label': 'At a glance' },
      ratio.element,
      saved.element,
      visitors.element,
      peers.element,
    ),
    update: (summary) => {
      for (const panel of [ratio, saved, visitors, peers]) panel.update(summary);
    },
    tick: (tick) => {
      visitors.tick(tick);
      peers.tick(tick);
    },
    redraw: ratio.redraw,
  };
}

function createRatioPanel() {
  const figure = figureElement();
  const sentence = h('p', { class: 'sub' });
  const split = h('div', { class: 'split' });
  const peers = h('span');
  const origin = h('span');
  const sparkline = createRatioSparkline(84);
  return {
    element: panel(
      'Offload ratio',
      'panel-ratio',
      h(
        'div',
        { class: 'ratio-row' },
        h('div', {}, h('p', { class: 'hero-figure' }, figure.element), sentence),
        sparkline.element,
      ),
      split,
      h(
        'p',
        { class: 'split-legend' },
        h('span', {}, swatch('peers'), 'Peers ', peers),
        h('span', {}, swatch('origin'), 'Origin ', origin),
      ),
    ),
    update: (summary: Summary) => {
      figure.set(percentFigure(summary.offloadRatio));
      setText(
        sentence,
        summary.offloadRatio === null
          ? `No network traffic in the ${rangeWords(summary.range)}`
          : `of what the network delivered in the ${rangeWords(summary.range)} came from peers`,
      );
      const network = networkBytes(summary.bytes);
      split.replaceChildren(
        bar([
          { color: 'peers', share: summary.bytes.swarm / network },
          { color: 'origin', share: summary.bytes.http / network },
        ]),
      );
      setText(peers, formatBytes(summary.bytes.swarm));
      setText(origin, formatBytes(summary.bytes.http));
      const points = drawnPoints(summary);
      sparkline.setData(
        points.map((point) => point.t),
        [points.map(pointRatio)],
      );
    },
    redraw: sparkline.redraw,
  };
}

function createSavedPanel() {
  const figure = figureElement();
  const money = h('p', { class: 'figure-second' });
  const price = h('p', { class: 'sub' });
  return {
    element: panel(
      'Saved',
      '',
      h('p', { class: 'big-figure' }, figure.element),
      h('p', { class: 'sub' }, 'the origin did not have to send'),
      h('div', { class: 'panel-foot' }, money, price),
    ),
    update: ({ saved }: Summary) => {
      figure.set(bytesFigure(saved.bytes));
      setText(money, formatMoney(saved.money, saved.currency));
      setText(price, `at ${formatMoney(saved.pricePerGB, saved.currency)} per GB`);
    },
  };
}

function createVisitorsPanel() {
  const figure = figureElement();
  const total = h('p', { class: 'figure-second' });
  const kinds = h('p', { class: 'sub' });
  const set = (now: number): void => figure.set({ value: formatCount(now), unit: '' });
  return {
    element: panel(
      'Visitors now',
      '',
      h('p', { class: 'big-figure' }, figure.element),
      h('p', { class: 'sub' }, 'heard of in the last two minutes'),
      h('div', { class: 'panel-foot' }, total, kinds),
    ),
    update: ({ visitors }: Summary) => {
      set(visitors.now);
      setText(total, formatCounted(visitors.total, 'page load', 'page loads'));
      const repeat = visitors.total > 0 ? visitors.repeat / visitors.total : null;
      setText(kinds, repeat === null ? '' : `${formatPercent(repeat)} by returning visitors`);
    },
    tick: (tick: LiveTick) => set(tick.visitorsNow),
  };
}

function createPeersPanel() {
  const figure = figureElement();
  const peers = h('dd');
  const origin = h('dd');
  const cache = h('dd');
  const set = (count: number): void => figure.set({ value: formatCount(count), unit: '' });
  return {
    element: panel(
      'Connected peers',
      '',
      h('p', { class: 'big-figure' }, figure.element),
      h('p', { class: 'sub' }, 'in the swarm at this moment'),
      h('p', { class: 'panel-foot sub' }, 'Delivered in the last minute'),
      h(
        'dl',
        { class: 'rates' },
        h('div', {}, h('dt', {}, swatch('peers'), 'Peers'), peers),
        h('div', {}, h('dt', {}, swatch('origin'), 'Origin'), origin),
        h('div', {}, h('dt', {}, swatch('cache'), 'Cache'), cache),
      ),
    ),
    update: (summary: Summary) => set(summary.peers.connected),
    tick: ({ peersConnected, rates }: LiveTick) => {
      set(peersConnected);
      setText(peers, `${formatBytes(rates.swarmBytesPerSecond)}/s`);
      setText(origin, `${formatBytes(rates.httpBytesPerSecond)}/s`);
      setText(cache, `${formatBytes(rates.cacheBytesPerSecond)}/s`);
    },
  };
}

function panel(title: string, className: string, ...children: readonly HTMLElement[]): HTMLElement {
  return h('div', { class: `panel ${className}`.trim() }, h('h2', {}, title), ...children);
}

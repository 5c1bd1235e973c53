/** What happened when: bytes by source, offload ratio and visitors over the same time, as charts or table. */

import type { SeriesPoint, Summary } from '../../api.ts';
import { rangeWords } from '../address.ts';
import { createRatioPlot, createVisitorsPlot } from '../charts/small-plots.ts';
import { createTrafficPlot } from '../charts/traffic-plot.ts';
import { h, setText } from '../dom.ts';
import { drawnPoints, networkBytes, pointRatio, stepWords } from '../figures.ts';
import { formatBucket, formatBytes, formatCount, formatPercent, unknownFigure } from '../format.ts';
import { card, type Section } from './section.ts';
import { createTable } from './table.ts';
import { createTrafficLegend } from './traffic-legend.ts';

export interface Traffic extends Section {
  readonly redraw: () => void;
}

export function createTraffic(): Traffic {
  let summary: Summary | undefined;
  let points: readonly SeriesPoint[] = [];
  let pointedAt: number | null = null;

  const note = h('span');
  const ratioFigure = h('span', { class: 'plot-figure' });
  const visitorsFigure = h('span', { class: 'plot-figure' });
  const legend = createTrafficLegend(() => traffic.update(points, legend.visible()));

  const show = (): void => {
    if (summary === undefined) return;
    const point = pointedAt === null ? undefined : points[pointedAt];
    legend.show(summary, point);
    setText(note, point === undefined ? everythingNote(summary) : pointNote(point, summary));
    setText(ratioFigure, formatPercent(point === undefined ? summary.offloadRatio : pointRatio(point)));
    setText(visitorsFigure, formatCount(point === undefined ? summary.visitors.total : point.visitors));
    slider.setAttribute('aria-valuetext', spoken(point, summary));
    slider.setAttribute('aria-valuenow', String(pointedAt ?? 0));
  };
  const pointed = (index: number | null): void => {
    if (index === pointedAt) return;
    pointedAt = index;
    show();
  };

  const traffic = createTrafficPlot(270, pointed);
  const ratio = createRatioPlot(128, pointed);
  const visitors = createVisitorsPlot(128, pointed);
  const plots = [traffic, ratio, visitors];
  const slider = createSlider((move) => {
    const last = points.length - 1;
    const next = move === 'leave' ? null : Math.max(0, Math.min(last, move(pointedAt ?? last, last)));
    for (const plot of plots) plot.point(next);
    pointed(next);
  });
  slider.append(traffic.element);

  const charts = h(
    'div',
    {},
    legend.element,
    slider,
    h(
      'div',
      { class: 'small-plots' },
      h('div', {}, h('h3', {}, 'Offload ratio ', ratioFigure), ratio.element),
      h('div', {}, h('h3', {}, 'Visitors ', visitorsFigure), visitors.element),
    ),
  );
  const table = createTable('Bytes by source, offload ratio and visitors over time', [
    { label: 'Time' },
    { label: 'Peers', numeric: true },
    { label: 'Origin', numeric: true },
    { label: 'Cache', numeric: true },
    { label: 'Origin’s own count', numeric: true, secondary: true },
    { label: 'Offload ratio', numeric: true },
    { label: 'Visitors', numeric: true, secondary: true },
  ]);
  table.element.classList.add('table-tall');
  table.element.hidden = true;

  const toggle = h('button', { type: 'button', class: 'button', 'aria-pressed': 'false' }, 'Table');
  toggle.addEventListener('click', () => {
    const asTable = table.element.hidden;
    table.element.hidden = !asTable;
    charts.hidden = asTable;
    toggle.setAttribute('aria-pressed', String(asTable));
  });

  return {
    element: card(
      { title: 'Traffic by source', note, actions: toggle, class: 'traffic' },
      charts,
      table.element,
    ),
    update: (next) => {
      summary = next;
      points = drawnPoints(next);
      const times = points.map((point) => point.t);
      slider.setAttribute('aria-valuemax', String(Math.max(0, points.length - 1)));
      traffic.update(points, legend.visible());
      ratio.setData(times, [points.map(pointRatio)]);
      visitors.setData(times, [points.map((point) => point.visitors)]);
      table.setRows([...next.series].reverse().map((point) => pointRow(point, next)));
      show();
    },
    redraw: () => {
      for (const plot of plots) plot.redraw();
    },
  };
}

/** Where to go from the bucket `at`, of 0 to `last`. */
type Move = 'leave' | ((at: number, last: number) => number);

/** The chart under the keyboard: a slider over its buckets, whose value text reads the figures out. */
function createSlider(moved: (move: Move) => void): HTMLElement {
  const slider = h('div', {
    class: 'plot-slider',
    role: 'slider',
    tabindex: '0',
    'aria-label': 'Traffic by source over time; arrow keys move along it, the table button shows all figures',
    'aria-valuemin': '0',
  });
  const moves: Readonly<Record<string, Move>> = {
    ArrowLeft: (at) => at - 1,
    ArrowRight: (at) => at + 1,
    PageUp: (at) => at - 10,
    PageDown: (at) => at + 10,
    Home: () => 0,
    End: (_, last) => last,
    Escape: 'leave',
  };
  slider.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    moved(move);
  });
  slider.addEventListener('blur', () => moved('leave'));
  return slider;
}

function everythingNote(summary: Summary): string {
  return `The ${rangeWords(summary.range)}, bytes per ${stepWords(summary.stepMs)}`;
}

function pointNote(point: SeriesPoint, summary: Summary): string {
  return formatBucket(point.t, point.t + summary.stepMs, summary.to - summary.from);
}

function spoken(point: SeriesPoint | undefined, summary: Summary): string {
  const { http, swarm, cache } = point ?? summary.bytes;
  const ratio = point === undefined ? summary.offloadRatio : pointRatio(point);
  const when = point === undefined ? `The ${rangeWords(summary.range)}` : pointNote(point, summary);
  const share = networkBytes({ http, swarm }) > 0 ? `, offload ratio ${formatPercent(ratio)}` : '';
  return `${when}: ${formatBytes(swarm)} from peers, ${formatBytes(http)} from the origin, ${formatBytes(cache)} from cache${share}`;
}

function pointRow(point: SeriesPoint, summary: Summary): string[] {
  return [
    pointNote(point, summary),
    formatBytes(point.swarm),
    formatBytes(point.http),
    formatBytes(point.cache),
    point.origin === null ? unknownFigure : formatBytes(point.origin),
    formatPercent(pointRatio(point)),
    formatCount(point.visitors),
  ];
}

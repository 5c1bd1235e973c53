/** The traffic chart's legend: what each line is, how much of it there was, and a switch for it. */

import type { SeriesPoint, Summary } from '../../api.ts';
import type { TrafficLine } from '../charts/traffic-plot.ts';
import { h, setText } from '../dom.ts';
import { formatBytes, formatPercent, unknownFigure } from '../format.ts';
import { swatch } from './section.ts';

export interface TrafficLegend {
  readonly element: HTMLElement;
  /** The lines that are switched on. */
  visible(): ReadonlySet<TrafficLine>;
  /** The figures of one bucket, or of the whole window. */
  show(summary: Summary, point: SeriesPoint | undefined): void;
}

const lines = [
  { line: 'swarm', label: 'From peers', swatch: 'peers' },
  { line: 'http', label: 'From origin', swatch: 'origin' },
  { line: 'cache', label: 'From cache', swatch: 'cache' },
  { line: 'counted', label: 'Origin’s own count', swatch: 'counted' },
] as const;

export function createTrafficLegend(changed: () => void): TrafficLegend {
  const hidden = new Set<TrafficLine>();
  const items = lines.map(({ line, label, swatch: kind }) => {
    const figure = h('span', { class: 'legend-figure' });
    const share = h('span', { class: 'legend-share' });
    const button = h(
      'button',
      { type: 'button', class: 'legend-item', 'aria-pressed': 'true', title: 'Show or hide' },
      h('span', { class: 'legend-label' }, swatch(kind), label),
      h('span', { class: 'legend-value' }, figure, share),
    );
    button.addEventListener('click', () => {
      if (!hidden.delete(line)) hidden.add(line);
      button.setAttribute('aria-pressed', String(!hidden.has(line)));
      changed();
    });
    return { line, button, figure, share };
  });

  return {
    element: h(
      'div',
      { class: 'legend', role: 'group', 'aria-label': 'Lines of the chart' },
      ...items.map((item) => item.button),
    ),
    visible: () => new Set(lines.map(({ line }) => line).filter((line) => !hidden.has(line))),
    show: (summary, point) => {
      const bytes = point ?? summary.bytes;
      const all = bytes.http + bytes.swarm + bytes.cache;
      for (const { line, button, figure, share } of items) {
        if (line === 'counted') {
          const counted = point === undefined ? (summary.origin?.assetBytes ?? null) : point.origin;
          button.hidden = summary.origin === null;
          setText(figure, counted === null ? unknownFigure : formatBytes(counted));
        } else {
          setText(figure, formatBytes(bytes[line]));
          setText(share, formatPercent(all > 0 ? bytes[line] / all : null));
        }
      }
    },
  };
}

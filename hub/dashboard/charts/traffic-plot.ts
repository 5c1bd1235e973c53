/** Bytes by source over time, stacked; the origin's own count is a dashed line over it. */

import type { SeriesPoint } from '../../api.ts';
import { layers, stackLayers, type Layer } from '../figures.ts';
import { formatAxisBytes } from '../format.ts';
import { paletteColor, paletteTint, type PaletteColor } from './palette.ts';
import { createTimePlot, type TimePlot } from './time-plot.ts';

/** What can be shown and hidden: the layers, and the origin's own count. */
export type TrafficLine = Layer | 'counted';

const layerColors: Readonly<Record<Layer, PaletteColor>> = {
  http: 'origin',
  swarm: 'peers',
  cache: 'cache',
};

export interface TrafficPlot extends Pick<TimePlot, 'element' | 'point' | 'redraw'> {
  update(points: readonly SeriesPoint[], visible: ReadonlySet<TrafficLine>): void;
}

export function createTrafficPlot(heightPx: number, pointed: (index: number | null) => void): TrafficPlot {
  let shown: ReadonlySet<TrafficLine> = new Set(layers);
  const areas = layers.map((layer) => ({
    stroke: () => (shown.has(layer) ? paletteColor(layerColors[layer]) : 'transparent'),
    fill: () => (shown.has(layer) ? paletteTint(layerColors[layer], 0.34) : 'transparent'),
    width: 1.25,
    points: { show: false },
  }));
  const counted = {
    stroke: () => paletteColor('ink'),
    width: 1.5,
    dash: [5, 4],
    points: { show: false },
  };
  const plot = createTimePlot({
    heightPx,
    series: [...areas, counted],
    // A layer is filled down to the one below it; series 0 is time.
    bands: [{ series: [3, 2] }, { series: [2, 1] }],
    yRange: (largest) => [0, largest > 0 ? largest * 1.06 : 1000],
    yLabel: formatAxisBytes,
    ySpacePx: 44,
    pointed,
  });

  return {
    element: plot.element,
    point: plot.point,
    redraw: plot.redraw,
    update: (points, visible) => {
      shown = visible;
      const edges = stackLayers(points, new Set(layers.filter((layer) => visible.has(layer))));
      const line = points.map((point) => (visible.has('counted') ? countedLine(point) : null));
      plot.setData(
        points.map((point) => point.t),
        [...edges, line],
      );
    },
  };
}

/** No line along the ground where nothing happened at all. */
function countedLine(point: SeriesPoint): number | null {
  return point.origin === 0 && point.http === 0 ? null : point.origin;
}

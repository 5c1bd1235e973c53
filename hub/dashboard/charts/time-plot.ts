/** A chart over time, as all of the dashboard's charts are: its size follows its place, its theme the page. */

import uPlot from 'uplot';
import { axisFont, paletteColor } from './palette.ts';
import { timeLabels } from './time-labels.ts';

export interface TimePlotOptions {
  readonly heightPx: number;
  readonly series: readonly uPlot.Series[];
  readonly bands?: readonly uPlot.Band[];
  /** The vertical scale for the largest value in sight. */
  readonly yRange: (largest: number) => [number, number];
  readonly yLabel: (value: number) => string;
  /** Least distance between two horizontal lines. */
  readonly ySpacePx: number;
  /** Half a bucket's width more at both ends, so that bars are not cut in half. */
  readonly bars?: boolean;
  /** Without axes and cursor: a sparkline. */
  readonly bare?: boolean;
  /** The bucket under the pointer, or `null` when it left. */
  readonly pointed?: (index: number | null) => void;
}

export interface TimePlot {
  readonly element: HTMLElement;
  /** `times` in milliseconds since the epoch; a `null` is a gap. */
  readonly setData: (times: readonly number[], values: readonly (readonly (number | null)[])[]) => void;
  /** Puts the cursor on a bucket; `null` takes it away. */
  readonly point: (index: number | null) => void;
  /** Draws again, with the theme's colours. */
  readonly redraw: () => void;
}

const yAxisWidthPx = 54;

export function createTimePlot(options: TimePlotOptions): TimePlot {
  const element = document.createElement('div');
  element.className = options.bare === true ? 'plot plot-bare' : 'plot';
  const size = { width: 320, height: options.heightPx };
  const plot = new uPlot(plotOptions(options, size), [[]], element);

  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: options.heightPx });
  }).observe(element);

  return {
    element,
    setData: (times, values) => {
      plot.setData([[...times], ...values.map((row) => [...row])]);
    },
    point: (index) => {
      const time = index === null ? undefined : plot.data[0][index];
      plot.setCursor(
        time === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(time, 'x'), top: 0 },
      );
    },
    redraw: () => plot.redraw(),
  };
}

function plotOptions(options: TimePlotOptions, size: { width: number; height: number }): uPlot.Options {
  const bare = options.bare === true;
  return {
    ...size,
    ms: 1,
    legend: { show: false },
    padding: bare ? [3, 1, 3, 1] : [10, 18, 0, 0],
    scales: {
      x: {
        time: true,
        range: (plot, min, max) => timeRange(min, max, options.bars === true ? plot.data[0].length : 0),
      },
      y: { range: (_, __, max) => options.yRange(Number.isFinite(max) ? max : 0) },
    },
    axes: bare ? [{ show: false }, { show: false }] : [timeAxis(), valueAxis(options)],
    cursor: {
      show: !bare,
      y: false,
      points: { show: false },
      drag: { x: false, y: false, setScale: false },
      sync: { key: 'shoal-time' },
    },
    series: [{}, ...options.series],
    ...(options.bands === undefined ? {} : { bands: [...options.bands] }),
    hooks: { setCursor: [(plot) => options.pointed?.(plot.cursor.idx ?? null)] },
  };
}

/** From the first bucket to the last; `bars`: how many buckets are drawn as bars. */
function timeRange(min: number, max: number, bars: number): [number, number] {
  if (min === max) return [min - 1, max + 1];
  const margin = bars > 1 ? (max - min) / (bars - 1) / 2 : 0;
  return [min - margin, max + margin];
}

function timeAxis(): uPlot.Axis {
  return {
    stroke: () => paletteColor('ink-soft'),
    font: axisFont(),
    size: 28,
    gap: 6,
    space: 68,
    grid: { show: false },
    ticks: { show: false },
    values: (plot, splits, _, __, incrementMs) =>
      timeLabels(splits, incrementMs, (plot.scales['x']?.max ?? 0) - (plot.scales['x']?.min ?? 0)),
  };
}

function valueAxis(options: TimePlotOptions): uPlot.Axis {
  return {
    stroke: () => paletteColor('ink-soft'),
    font: axisFont(),
    size: yAxisWidthPx,
    gap: 8,
    space: options.ySpacePx,
    grid: { stroke: () => paletteColor('line'), width: 1 },
    ticks: { show: false },
    values: (_, splits) => splits.map((split) => options.yLabel(split)),
  };
}

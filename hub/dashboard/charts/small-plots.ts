/** The smaller charts: offload ratio (also as a sparkline) and visitors. */

import uPlot from 'uplot';
import { formatAxisCount } from '../format.ts';
import { paletteColor, paletteTint } from './palette.ts';
import { createTimePlot, type TimePlot } from './time-plot.ts';

export function createRatioPlot(heightPx: number, pointed: (index: number | null) => void): TimePlot {
  return createTimePlot({
    heightPx,
    series: [ratioLine(0.16)],
    yRange: () => [0, 1],
    yLabel: (ratio) => `${Math.round(ratio * 100)} %`,
    ySpacePx: 30,
    pointed,
  });
}

/** The ratio's course in a few pixels; the same figures stand in the larger chart and its table. */
export function createRatioSparkline(heightPx: number): TimePlot {
  const plot = createTimePlot({
    heightPx,
    series: [ratioLine(0.2)],
    yRange: () => [0, 1],
    yLabel: String,
    ySpacePx: heightPx,
    bare: true,
  });
  plot.element.setAttribute('aria-hidden', 'true');
  return plot;
}

export function createVisitorsPlot(heightPx: number, pointed: (index: number | null) => void): TimePlot {
  const bars = uPlot.paths.bars?.({ size: [0.72, 18], radius: 0.15 });
  return createTimePlot({
    heightPx,
    series: [
      {
        fill: () => paletteTint('ink-soft', 0.55),
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      },
    ],
    yRange: (largest) => [0, Math.max(largest * 1.08, 2)],
    yLabel: formatAxisCount,
    bars: true,
    ySpacePx: 30,
    pointed,
  });
}

function ratioLine(tint: number): uPlot.Series {
  return {
    stroke: () => paletteColor('peers'),
    fill: () => paletteTint('peers', tint),
    width: 1.75,
    points: { size: 4, stroke: () => paletteColor('peers'), fill: () => paletteColor('peers') },
  };
}

/** One column of a table as bars, for docs/performance.md. */
import { init } from 'echarts';
import type { Table } from './result.ts';

const width = 760;
const barHeight = 24;
const aroundBars = 60;
/** Readable on white and on black. */
const grey = '#808080';
const blue = '#3b82c4';
const limitColour = '#d97706';

/** An SVG. The column's numbers are what its cells begin with; a limit is read from its title: `(limit 80.0)`. */
export function chartOf({ columns, rows }: Table, column: string): string {
  const at = columns.indexOf(column);
  const bars = rows.flatMap((row) => {
    const value = Number.parseFloat(row[at] ?? '');
    return Number.isNaN(value) ? [] : [{ name: row[0] ?? '', value }];
  });
  const limit = Number.parseFloat(/\(limit ([\d.]+)\)/.exec(column)?.[1] ?? '');
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width,
    height: aroundBars + bars.length * barHeight,
  });
  chart.setOption({
    animation: false,
    title: { text: column, textStyle: { color: grey, fontSize: 13, fontWeight: 'normal' } },
    grid: { left: 10, right: 60, top: 36, bottom: 10, containLabel: true },
    xAxis: {
      type: 'value',
      axisLabel: { color: grey },
      splitLine: { lineStyle: { color: grey, opacity: 0.25 } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisLabel: { color: grey, interval: 0 },
      axisTick: { show: false },
    },
    series: [
      {
        type: 'bar',
        data: bars.map(({ value }) => value),
        itemStyle: { color: blue },
        label: { show: true, position: 'right', color: grey },
        ...(!Number.isNaN(limit) && {
          markLine: {
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: limitColour },
            data: [{ xAxis: limit }],
          },
        }),
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

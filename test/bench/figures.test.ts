import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { cpuSecondsOfTree } from '../../bench/cpu.ts';
import { parseResult } from '../../bench/result.ts';
import { median, medianAndSpread, quantile } from '../../bench/statistics.ts';
import { markdownTable, textTable } from '../../bench/tables.ts';

describe('statistics of benchmarks', () => {
  it('takes the middle, and the mean of the two middle ones', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('sorts numbers as numbers and interpolates quantiles', () => {
    expect(quantile([100, 9, 20], 0)).toBe(9);
    expect(quantile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8);
  });

  it('has no median of nothing', () => {
    expect(() => median([])).toThrow('no values');
  });

  it('shows the spread only where there is one', () => {
    expect(medianAndSpread([3, 1, 2], 1)).toBe('2.0 (1.0 - 3.0)');
    expect(medianAndSpread([2], 0)).toBe('2');
  });
});

describe('tables of benchmarks', () => {
  const table = {
    title: 'Fish',
    columns: ['', 'length'],
    rows: [
      ['herring', '30'],
      ['eel', '1000'],
    ],
  };

  it('aligns text', () => {
    expect(textTable(table)).toBe('Fish\n\n          length\nherring       30\neel         1000\n');
  });

  it('writes Markdown as prettier does', () => {
    expect(markdownTable(table)).toBe(
      ['|         | length |', '| ------- | -----: |', '| herring |     30 |', '| eel     |   1000 |'].join(
        '\n',
      ),
    );
  });
});

it('refuses a file that is no result, with the place', () => {
  expect(() => parseResult('{', 'a.json')).toThrow('a.json is not JSON');
  expect(() => parseResult('{"bench":"crowd","title":1}', 'b.json')).toThrow('b.json is no benchmark');
});

it.runIf(process.platform === 'linux')('counts the CPU time of grandchildren', async () => {
  const burn =
    'while (process.cpuUsage().user < 300_000); process.stdout.write("burnt"); setTimeout(() => {}, 5000)';
  const nested = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(burn)}], { stdio: "inherit" })`;
  const child = spawn(process.execPath, ['-e', nested], { detached: true });
  try {
    await once(child.stdout, 'data');
    expect(await cpuSecondsOfTree(child.pid)).toBeGreaterThan(0.1);
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
});

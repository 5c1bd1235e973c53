/**
 * `npm run bench -- report FILE...`: takes results that were written with `--json` into docs/performance/, each in the
 * place of an earlier one of the same benchmark and options, and writes tables and charts of all of them into docs/performance.md.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { root } from '../scripts/root.ts';
import type { Bench } from './bench.ts';
import { chartOf } from './chart.ts';
import { machineLine } from './machine.ts';
import { parseResult, type BenchResult, type Table } from './result.ts';
import { markdownTable } from './tables.ts';

const page = `${root}docs/performance.md`;
const folder = `${root}docs/performance`;
/** What stands above it in the file is written by hand and stays. */
const marker = '<!-- Below: written by `npm run bench -- report`. -->';

/** A result in docs/performance/. */
interface Stored {
  /** File name without ending. */
  readonly name: string;
  readonly result: BenchResult;
  readonly charts: readonly Chart[];
}

interface Chart {
  readonly file: string;
  readonly table: Table;
  readonly column: string;
}

/** Resolves to the exit code. Without files, writes what is stored anew; the benchmarks come in their order. */
export async function writeReport(files: readonly string[], benches: readonly Bench[]): Promise<number> {
  try {
    const above = await handwritten();
    await mkdir(folder, { recursive: true });
    const results: BenchResult[] = [];
    // Every single measurement would be too much to keep.
    for (const file of files)
      results.push({ ...parseResult(await readFile(file, 'utf8'), file), samples: [] });
    for (const result of results) {
      await writeFile(`${folder}/${nameOf(result)}.json`, `${JSON.stringify(result, null, 2)}\n`);
    }
    const all = await stored(benches);
    await drawAll(all);
    const sections = all.map((one, i) => sectionOf(one, all[i - 1]?.result));
    await writeFile(page, `${[above, marker, ...sections].join('\n\n')}\n`);
    process.stdout.write(`${page}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function handwritten(): Promise<string> {
  const [above, below] = (await readFile(page, 'utf8')).split(marker);
  if (above === undefined || below === undefined) {
    throw new Error(`${page} has no line ${marker}: results are written below it.`);
  }
  return above.trimEnd();
}

/** Benchmark and options; how often it was run does not make another one. */
function nameOf({ command }: BenchResult): string {
  const said = command.replace('npm run bench -- ', '').replaceAll(/ --(?:runs|rounds|visitors) \d+/g, '');
  return said.replaceAll(/[^a-z0-9]+/g, '-');
}

async function stored(benches: readonly Bench[]): Promise<Stored[]> {
  const names = benches.map(({ name }) => name);
  const all: Stored[] = [];
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.json')) continue;
    const name = file.slice(0, -'.json'.length);
    const result = parseResult(await readFile(`${folder}/${file}`, 'utf8'), `${folder}/${file}`);
    const drawn = benches.find((bench) => bench.name === result.bench)?.drawn ?? [];
    all.push({ name, result, charts: chartsOf(result, name, drawn) });
  }
  const rank = ({ result }: Stored): number => names.indexOf(result.bench);
  return all.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** `drawn`: what the titles of the columns begin with. */
function chartsOf({ tables }: BenchResult, name: string, drawn: readonly string[]): Chart[] {
  const columnsOf = ({ columns }: Table): string[] =>
    columns.filter((column) => drawn.some((start) => column.startsWith(start)));
  const charts = tables.flatMap((table) => columnsOf(table).map((column) => ({ table, column })));
  return charts.map((chart, i) => ({ ...chart, file: `${name}-${i + 1}.svg` }));
}

async function drawAll(all: readonly Stored[]): Promise<void> {
  for (const file of await readdir(folder)) if (file.endsWith('.svg')) await rm(`${folder}/${file}`);
  for (const { file, table, column } of all.flatMap(({ charts }) => charts)) {
    await writeFile(`${folder}/${file}`, chartOf(table, column));
  }
}

/** Runs of the same benchmark, one after the other, share a heading, and what there is to know. */
function sectionOf({ result, charts }: Stored, before: BenchResult | undefined): string {
  const { title, command, machine, tables, notes } = result;
  const parts = tables.flatMap((table) => [
    `${table.title}:`,
    markdownTable(table),
    ...charts
      .filter((chart) => chart.table === table)
      .map(({ column, file }) => `![${column}: ${table.title}](performance/${file})`),
  ]);
  const heading = title === before?.title ? [] : [`## ${title}`];
  const news = notes.filter((note) => before?.notes.includes(note) !== true);
  return [...heading, `\`${command}\`<br>\n${machineLine(machine)}`, ...parts, ...news].join('\n\n');
}

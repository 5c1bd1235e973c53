/** `npm run bench -- report FILE...`: the results in docs/performance.md, from what was written with `--json`. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { root } from '../scripts/root.ts';
import { machineLine } from './machine.ts';
import { parseResult, type BenchResult } from './result.ts';
import { markdownTable } from './tables.ts';

/** What stands above it in the file is written by hand and stays. */
const marker = '<!-- Below: written by `npm run bench -- report`. -->';

/** Resolves to the exit code. */
export async function writeReport(argv: readonly string[]): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { out: { type: 'string', default: `${root}docs/performance.md` } },
    });
    if (positionals.length === 0) throw new Error('Give at least one file that was written with --json.');
    const results: BenchResult[] = [];
    for (const file of positionals) results.push(parseResult(await readFile(file, 'utf8'), file));
    await writeFile(values.out, reportOf(await handwritten(values.out), results));
    process.stdout.write(`${values.out}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function handwritten(file: string): Promise<string> {
  const [above, below] = (await readFile(file, 'utf8')).split(marker);
  if (above === undefined || below === undefined) {
    throw new Error(`${file} has no line ${marker}: results are written below it.`);
  }
  return above.trimEnd();
}

function reportOf(above: string, results: readonly BenchResult[]): string {
  return `${[above, marker, ...results.map((result, i) => sectionOf(result, results[i - 1]))].join('\n\n')}\n`;
}

/** Runs of the same benchmark, one after the other, share a heading, and what there is to know. */
function sectionOf(
  { title, command, machine, tables, notes }: BenchResult,
  before: BenchResult | undefined,
): string {
  const parts = tables.map((table) => `${table.title}:\n\n${markdownTable(table)}`);
  const heading = title === before?.title ? [] : [`## ${title}`];
  const news = notes.filter((note) => before?.notes.includes(note) !== true);
  return [...heading, `\`${command}\`<br>\n${machineLine(machine)}`, ...parts, ...news].join('\n\n');
}

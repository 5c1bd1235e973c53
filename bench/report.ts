/** `npm run bench -- report FILE...`: docs/performance.md from the results that were written with `--json`. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { root } from '../scripts/root.ts';
import { machineLine } from './machine.ts';
import { parseResult, type BenchResult } from './result.ts';
import { markdownTable } from './tables.ts';

const intro = `# Performance

Written by \`npm run bench -- report\` from the JSON of single runs; [bench/README.md](../bench/README.md) says what each
benchmark does and how to run it. Everything ran on one small machine, browsers, origin and hub together: compare rows with
each other, not with another machine. What the figures mean, and where they disappoint, is said in
[bench/README.md](../bench/README.md#what-the-figures-say).
`;

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
    await writeFile(values.out, reportOf(results));
    process.stdout.write(`${values.out}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

function reportOf(results: readonly BenchResult[]): string {
  return `${[intro.trimEnd(), ...results.map(sectionOf)].join('\n\n')}\n`;
}

function sectionOf({ title, command, machine, tables, notes }: BenchResult): string {
  const parts = tables.map((table) => `${table.title}:\n\n${markdownTable(table)}`);
  return [`## ${title}`, `\`${command}\`<br>\n${machineLine(machine)}`, ...parts, ...notes].join('\n\n');
}

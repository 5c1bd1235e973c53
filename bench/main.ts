/** `npm run bench -- NAME [options] [--json FILE]`: measures, and prints a table. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.ts';
import { isMain } from '../scripts/root.ts';
import type { Bench } from './bench.ts';
import { crowd } from './crowd.ts';
import { firstPeer } from './first-peer.ts';
import { harm } from './harm.ts';
import { describeMachine, machineLine } from './machine.ts';
import { media } from './media.ts';
import { publishing } from './publishing.ts';
import { release } from './release.ts';
import { writeReport } from './report.ts';
import type { BenchResult } from './result.ts';
import { simulation } from './simulation.ts';
import { textTable } from './tables.ts';
import { wide } from './wide.ts';
import { workerOverhead } from './worker-overhead.ts';

const benches: readonly Bench[] = [
  crowd,
  firstPeer,
  wide,
  harm,
  media,
  workerOverhead,
  publishing,
  release,
  simulation,
];

if (isMain(import.meta.url)) process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...argv]: readonly string[]): Promise<number> {
  if (name === 'report') return writeReport(argv, benches);
  if (name === 'help' || name === '--help') {
    process.stdout.write(usage());
    return 0;
  }
  const chosen = benches.find((bench) => bench.name === name);
  if (chosen === undefined) return refuse(`There is no benchmark ${name === '' ? 'without a name' : name}.`);
  const args = readArguments(chosen, argv);
  if (typeof args === 'string') return refuse(args);

  await build();
  const machineAfter = await describeMachine();
  const { browser, ...measured } = await chosen.run(args.settings, say);
  const result: BenchResult = {
    bench: chosen.name,
    title: chosen.title,
    command: ['npm run bench --', chosen.name, ...args.said].join(' '),
    machine: machineAfter(browser),
    ...measured,
  };
  print(result);
  if (args.json !== undefined) {
    await mkdir(dirname(args.json), { recursive: true });
    await writeFile(args.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  return 0;
}

interface Arguments {
  readonly settings: Readonly<Record<string, number>>;
  /** What differs from the defaults, as it was given. */
  readonly said: readonly string[];
  readonly json: string | undefined;
}

/** The arguments, or what is wrong with them. */
function readArguments({ options }: Bench, argv: readonly string[]): Arguments | string {
  const names = Object.keys(options);
  const known = Object.fromEntries([...names, 'json'].map((name) => [name, { type: 'string' } as const]));
  let values: Readonly<Record<string, unknown>>;
  try {
    ({ values } = parseArgs({ args: [...argv], options: known }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const settings: Record<string, number> = {};
  const said: string[] = [];
  for (const [name, option] of Object.entries(options)) {
    const given = values[name];
    const value = given === undefined ? option.default : Number(given);
    if (!Number.isInteger(value) || value < option.min || value > option.max) {
      return `--${name} must be a whole number from ${option.min} to ${option.max}, not ${String(given)}.`;
    }
    settings[name] = value;
    if (given !== undefined) said.push(`--${name} ${value}`);
  }
  const { json } = values;
  return { settings, said, json: typeof json === 'string' ? json : undefined };
}

function refuse(problem: string): number {
  process.stderr.write(`${problem}\n\n${usage()}`);
  return 2;
}

function usage(): string {
  const list = benches.map(({ name, title, options }) => {
    const lines = Object.entries(options).map(
      ([option, { help, default: value }]) => `      --${`${option} N`.padEnd(12)} ${help} (${value})`,
    );
    return [`  ${name.padEnd(16)} ${title}`, ...lines].join('\n');
  });
  const report = '  report FILE...   results in JSON into docs/performance.md';
  return `Usage: npm run bench -- NAME [options] [--json FILE]\n\n${list.join('\n')}\n${report}\n`;
}

function print({ title, tables, notes, machine }: BenchResult): void {
  const lines = [`\n${title}`, machineLine(machine), '', ...tables.map(textTable), ...notes];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Progress goes where it does not mix with the result. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

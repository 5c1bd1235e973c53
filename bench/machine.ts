/** On what, with what and when something was measured: figures mean little without it. */
import { execFile } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { root } from '../scripts/root.ts';

export interface Machine {
  readonly date: string;
  /** Of the code that was measured; `''` where git cannot tell. */
  readonly commit: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** `''` where no browser took part. */
  readonly browser: string;
  /** Runnable processes, mean of the last minute, before and after. */
  readonly load: { readonly before: number; readonly after: number };
}

/** Call before the work; the result finishes the description after it. */
export async function describeMachine(): Promise<(browser: string) => Machine> {
  const date = new Date().toISOString();
  const commit = await commitNow();
  const before = loadNow();
  return (browser) => ({
    date,
    commit,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    browser,
    load: { before, after: loadNow() },
  });
}

/** One line for people. */
export function machineLine(machine: Machine): string {
  const { date, commit, cores, cpu, memoryBytes, system, node, browser, load } = machine;
  return [
    `${date.slice(0, 16).replace('T', ' ')} UTC`,
    `${cores} cores (${cpu}), ${(memoryBytes / 1e9).toFixed(0)} GB`,
    system,
    `Node ${node}`,
    ...(browser === '' ? [] : [browser]),
    ...(commit === '' ? [] : [`commit ${commit}`]),
    `load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
  ].join(' · ');
}

/** `b85a487`, or `b85a487-dirty` where files differ from it. */
async function commitNow(): Promise<string> {
  const args = ['describe', '--always', '--dirty', '--exclude=*'];
  const described = promisify(execFile)('git', args, { cwd: root, timeout: 10_000 });
  return (await described.catch(() => ({ stdout: '' }))).stdout.trim();
}

function loadNow(): number {
  return loadavg()[0] ?? 0;
}

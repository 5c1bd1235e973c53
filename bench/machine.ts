/** On what, with what and when something was measured: figures mean little without it. */
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly date: string;
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
export function describeMachine(): (browser: string) => Machine {
  const date = new Date().toISOString();
  const before = loadNow();
  return (browser) => ({
    date,
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
  const { date, cores, cpu, memoryBytes, system, node, browser, load } = machine;
  return [
    `${date.slice(0, 16).replace('T', ' ')} UTC`,
    `${cores} cores (${cpu}), ${(memoryBytes / 1e9).toFixed(0)} GB`,
    system,
    `Node ${node}`,
    ...(browser === '' ? [] : [browser]),
    `load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
  ].join(' · ');
}

function loadNow(): number {
  return loadavg()[0] ?? 0;
}

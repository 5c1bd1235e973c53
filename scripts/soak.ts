/**
 * Tests of every run with far more of everything, on this machine only; what they measured is printed.
 *
 *     npm run soak                                    says what there is
 *     npm run soak -- polluters -t 'in Firefox'       further words go to vitest
 */
import { build } from './build.ts';
import { browserEnv } from './ensure-browser.ts';
import { isMain } from './root.ts';
import { runSteps, type Step, tool } from './steps.ts';

/** A test file, in how many of its tests, and how much of them. */
interface Soak {
  readonly what: string;
  readonly project: 'unit' | 'browser';
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const soaks: Readonly<Record<string, Soak>> = {
  hub: {
    what: 'churn, mutated messages and idle sockets at the hub',
    project: 'unit',
    files: ['test/hub/tracker-soak', 'test/hub/tracker-fuzz', 'test/hub/intake-limits'],
    env: { SHOAL_SOAK: '1' },
  },
  navigations: {
    what: "500 navigations: what a worker's memory comes to (G18)",
    project: 'browser',
    files: ['memory', '-t', 'G18'],
    env: { SHOAL_NAVIGATIONS: '500' },
  },
  film: {
    what: '2 GiB through a worker (E9)',
    project: 'browser',
    files: ['memory', '-t', 'E9'],
    env: { SHOAL_LARGE_MIB: '2048' },
  },
  deployments: {
    what: '1,000 navigations across deployments, in each browser (B16)',
    project: 'browser',
    files: ['deployments'],
    env: { SHOAL_NAVIGATIONS: '1000' },
  },
  faults: {
    what: 'every fault at every call of the data path, in each browser (F13)',
    project: 'browser',
    files: ['faults'],
    env: { SHOAL_FAULTS: 'all' },
  },
  polluters: {
    what: '10,000 wrong pieces, and 100 loads among polluters, in each browser (H1, H2, H3)',
    project: 'browser',
    files: ['hostile-swarm'],
    env: { SHOAL_WRONG_PIECES: '10000', SHOAL_HOSTILE_LOADS: '100' },
  },
};

async function soak(name: string, more: readonly string[]): Promise<boolean> {
  const chosen = soaks[name];
  if (chosen === undefined) {
    const all = Object.entries(soaks).map(([each, { what }]) => `  ${each.padEnd(12)} ${what}`);
    console.error(`Usage: npm run soak -- NAME [words for vitest], with one of these:\n${all.join('\n')}`);
    return false;
  }
  const { project, files, env } = chosen;
  const args = ['run', '--project', project, '--no-file-parallelism', ...files, ...more];
  const run = async (): Promise<void> =>
    tool('vitest/vitest.mjs', args, {
      env: { ...env, ...(project === 'browser' ? await browserEnv() : {}) },
      timeoutMs: 4 * 3_600_000,
    });
  const steps: Step[] = [{ name: `soak ${name}`, run }];
  if (project === 'browser') steps.unshift({ name: 'build', run: async () => void (await build()) });
  return (await runSteps(steps)) === 0;
}

if (isMain(import.meta.url)) {
  const [name = '', ...more] = process.argv.slice(2);
  process.exitCode = (await soak(name, more)) ? 0 : 1;
}

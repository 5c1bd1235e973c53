/** Runs the tools of the house one after the other and says how long each took. */
import { spawn } from 'node:child_process';
import { root } from './root.ts';

/** A named piece of work; it fails by throwing. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Runs every step, also after one failed, prints times and a table; resolves to the number that failed. */
export async function runSteps(steps: readonly Step[]): Promise<number> {
  const rows: { name: string; ms: number; failed: boolean }[] = [];
  for (const step of steps) {
    const start = performance.now();
    console.log(`\n> ${step.name}`);
    const failed = await fails(step);
    rows.push({ name: step.name, ms: performance.now() - start, failed });
  }
  console.log('');
  for (const { name, ms, failed } of rows) {
    console.log(`${failed ? 'FAILED' : 'ok    '} ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
  }
  return rows.filter((row) => row.failed).length;
}

async function fails(step: Step): Promise<boolean> {
  try {
    await step.run();
    return false;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return true;
  }
}

/** How a tool is run: extra environment, and how long it may take. */
export interface ToolOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Runs a package's JavaScript command line with this very Node, output passed through. */
export function tool(path: string, args: readonly string[], options: ToolOptions = {}): Promise<void> {
  return command(process.execPath, [`${root}node_modules/${path}`, ...args], options);
}

/**
 * Runs a command in the repository's folder, output passed through.
 * @throws Error when it cannot be started, ends with another code than 0, or takes longer than `timeoutMs`.
 */
export function command(file: string, args: readonly string[], options: ToolOptions = {}): Promise<void> {
  const { env = {}, timeoutMs = 10 * 60_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: 'inherit',
      timeout: timeoutMs,
      env: { ...process.env, ...env },
    });
    const called = `${file.split('/').at(-1) ?? file} ${args.map((arg) => arg.replace(root, '')).join(' ')}`;
    child.on('error', (error) => reject(new Error(`${called}: ${error.message}`)));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else if (signal === null) reject(new Error(`${called}: exit code ${String(code)}`));
      else reject(new Error(`${called}: ended by ${signal}, allowed were ${timeoutMs / 1000} s`));
    });
  });
}

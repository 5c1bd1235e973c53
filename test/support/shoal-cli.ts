/** The command line as it is shipped (`npm test` has just built it), run as a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const repository = fileURLToPath(new URL('../../', import.meta.url));
export const source = join(repository, 'publisher/cli.ts');
export const bundle = join(repository, 'dist/cli/shoal.js');

/** How a run ended, and all that it said. */
export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function start(
  entry: string,
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [entry, ...args], { cwd: folder, timeout: 50_000, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits for the end. */
async function ended(child: ChildProcess): Promise<Run> {
  const texts = ['', ''];
  child.stdout?.on('data', (data: Buffer) => (texts[0] += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (texts[1] += data.toString()));
  await once(child, 'close');
  return { code: child.exitCode, out: texts[0] ?? '', err: texts[1] ?? '' };
}

export async function shoal(entry: string, folder: string, ...args: string[]): Promise<Run> {
  return ended(start(entry, folder, args));
}

/** With environment variables of its own. */
export async function shoalWith(
  environment: Readonly<Record<string, string>>,
  entry: string,
  folder: string,
  ...args: string[]
): Promise<Run> {
  return ended(start(entry, folder, args, environment));
}

/** Compiles and runs `switch.c`. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { root } from '../../scripts/root.ts';

const direction = v.object({
  frames: v.number(),
  bytes: v.number(),
  dropped: v.number(),
  longestWaitMs: v.number(),
});
const countersSchema = v.array(v.object({ netns: v.string(), up: direction, down: direction }));

/** What went through a host's line. */
export type LineCounters = v.InferOutput<typeof countersSchema>[number];

export interface RunningSwitch {
  readonly child: ChildProcess;
  counters(): Promise<readonly LineCounters[]>;
  close(): Promise<void>;
}

/** `folder`: where the program is put. @throws Error where it cannot be compiled or started. */
export async function startSwitch(folder: string, lines: readonly string[]): Promise<RunningSwitch> {
  const program = join(folder, 'switch');
  await promisify(execFile)('cc', ['-O2', '-o', program, `${root}bench/net/switch.c`]).catch(
    (error: unknown) => {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      throw isMissing
        ? new Error('There is no C compiler `cc`: install gcc and the C library’s headers.')
        : error;
    },
  );
  const child = spawn(program, lines, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const { value, done } = await answers.next();
    if (done === true) throw new Error('the switch has ended');
    return value;
  };
  if ((await answer()) !== 'ready') throw new Error('the switch did not start');
  return {
    child,
    counters: async () => {
      child.stdin.write('\n');
      const untrusted: unknown = JSON.parse(await answer());
      return v.parse(countersSchema, untrusted);
    },
    close: async () => {
      const exit = once(child, 'exit');
      child.stdin.end();
      await exit;
    },
  };
}

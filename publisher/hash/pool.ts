/** Hashing with all cores. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { perform, ThreadMessage, type Outcome, type Task } from './tasks.ts';
import { threadMark } from './thread.ts';

/** Below this many bytes starting threads takes longer than it saves. */
const inlineBytes = 16 * 1024 * 1024;

/**
 * Does all tasks and gives the outcomes in the tasks' order. `totalBytes`: how much there is to read.
 * `onBytes` is told how many more bytes were done.
 */
export async function performAll(
  tasks: readonly Task[],
  totalBytes: number,
  onBytes: (bytes: number) => void,
): Promise<readonly Outcome[]> {
  const threads = Math.min(availableParallelism(), tasks.length);
  if (totalBytes < inlineBytes || threads < 2) return performHere(tasks, onBytes);
  return performInThreads(tasks, threads, onBytes);
}

async function performHere(
  tasks: readonly Task[],
  onBytes: (bytes: number) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const task of tasks) outcomes.push(await perform(task, onBytes));
  return outcomes;
}

async function performInThreads(
  tasks: readonly Task[],
  threads: number,
  onBytes: (bytes: number) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = tasks.entries();
  const workers = Array.from({ length: threads }, () => new Worker(threadUrl(), { workerData: threadMark }));
  try {
    await Promise.all(workers.map((worker) => drain(worker, queue, outcomes, onBytes)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return outcomes;
}

/** Gives one thread task after task until none is left. */
function drain(
  worker: Worker,
  queue: Iterator<[number, Task]>,
  outcomes: Outcome[],
  onBytes: (bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const item = queue.next();
      if (item.done === true) resolve();
      else worker.postMessage({ id: item.value[0], task: item.value[1] });
    };
    worker.on('message', (value: unknown) => {
      const message = v.parse(ThreadMessage, value);
      if (message.kind === 'progress') return onBytes(message.bytes);
      outcomes[message.id] = message.outcome;
      next();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a hashing thread ended with code ${code}`)));
    next();
  });
}

/** Bundled, the whole command line is one file, and that file is the thread, too. */
function threadUrl(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? './thread.ts' : import.meta.url, import.meta.url);
}

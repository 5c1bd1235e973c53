/**
 * The far end of the pool: does tasks in a thread. In the bundled command line this is part of the
 * one file that the thread is started from; unbundled it is the thread's entry.
 */

import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import * as v from 'valibot';
import { NumberedTask, perform } from './tasks.ts';

/** What a hashing thread is started with, so that no other thread takes itself for one. */
export const threadMark = 'shoal-hash';

/** Progress is told in steps of this many bytes: a message costs about as much as hashing 10 kB. */
const progressBytes = 4 * 1024 * 1024;

/** Whether this is a hashing thread, in which nothing else must start. */
export const isHashThread = !isMainThread && workerData === threadMark;

if (isHashThread) serve();

function serve(): void {
  const port = parentPort;
  if (port === null) return;
  let unsaid = 0;
  const say = (least: number): void => {
    if (unsaid < least) return;
    port.postMessage({ kind: 'progress', bytes: unsaid });
    unsaid = 0;
  };
  port.on('message', (message: unknown) => {
    const { id, task } = v.parse(NumberedTask, message);
    void perform(task, (bytes) => {
      unsaid += bytes;
      say(progressBytes);
    }).then((outcome) => {
      say(1);
      port.postMessage({ kind: 'done', id, outcome });
    });
  });
}

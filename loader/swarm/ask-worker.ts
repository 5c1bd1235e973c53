/** Asks the worker what a peer's head is worth. It may have been stopped: this message starts it again, which one over the port does not. */

import type { ClientToWorker, HeardHead } from '../../protocol/worker-messages.ts';
import { withDeadline } from './deadline.ts';
import { fieldsOf, isCount, isHex } from './fields.ts';
import { parseWorkerMessage } from './parse-worker.ts';

/** A worker that starts reads and verifies what is stored first. */
const timeoutMs = 10_000;

/** One question at a time, for answers name none. `undefined`: no worker, or no answer. */
export async function askWorker(head: string): Promise<HeardHead | undefined> {
  const container: ServiceWorkerContainer | undefined = navigator.serviceWorker;
  const worker = container?.controller;
  if (worker === null || worker === undefined) return undefined;
  const listening = new AbortController();
  try {
    const heard = new Promise<HeardHead>((resolve) => {
      const { signal } = listening;
      container.addEventListener(
        'message',
        ({ data }: MessageEvent<unknown>) => {
          const answer = parseHeard(data);
          if (answer !== undefined) resolve(answer);
        },
        { signal },
      );
      const question: ClientToWorker = { t: 'head', head };
      worker.postMessage(question);
    });
    return await withDeadline(heard, timeoutMs, 'the worker');
  } catch {
    return undefined;
  } finally {
    listening.abort();
  }
}

function parseHeard(data: unknown): HeardHead | undefined {
  const fields = fieldsOf(data);
  if (fields?.['t'] !== 'heard') return undefined;
  const { v, sha256, len } = fieldsOf(fields['release']) ?? {};
  if (!isCount(v) || !isHex(sha256, 64) || !isCount(len)) return { t: 'heard' };
  const packs = parseWorkerMessage(fields['packs']);
  return { t: 'heard', release: { v, sha256, len }, ...(packs?.t === 'packs' && { packs }) };
}

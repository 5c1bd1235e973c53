/**
 * Answers that begin before their bytes are there. A fetch event's signal is not aborted when the page gives up
 * (Chromium 156, Firefox 153); the body of an answer is cancelled at once, though. So what is large and not there
 * soon gets a body that is empty until everything is verified: we hear when nobody waits any more.
 */

import { critical } from '../policy/patience.ts';
import { fetchBounded } from './fetch-bounded.ts';

declare global {
  interface WorkerNavigator {
    /** Chromium's (https://wicg.github.io/ua-client-hints/#navigatoruadata). */
    readonly userAgentData?: object;
  }
}

/** Less is not worth it: the answer is no longer the origin's own when the sources fail. */
const largeBytes = 256 * 1024;
/** What is there by then is answered as everything else. */
export const soonMs = 40;
const originLimitBytes = 128 * 1024 * 1024;
/** Less than what Chromium gives a worker's event. */
const originTimeoutMs = 240_000;

/**
 * Only in browsers whose page gets an error when the worker is stopped before the body's end. Firefox ends it as if it
 * were whole (up to 153, measured), and a truncated file must not look like a short one.
 */
export function mayAnswerAhead({ destination }: Request, bytes: number): boolean {
  return bytes > largeBytes && !critical.has(destination) && navigator.userAgentData !== undefined;
}

/** A body that comes all at once: what cannot be had from any source is what the origin says by itself. */
export function bodyAhead(
  loading: Promise<Uint8Array<ArrayBuffer> | undefined>,
  { url }: Request,
  gone: AbortController,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    // What is thrown here errors the stream; the page has been told that a whole file comes.
    start: async (controller) => {
      const bytes = await loading.catch(() => undefined);
      gone.signal.throwIfAborted();
      controller.enqueue(
        bytes ?? (await fetchBounded(url, originLimitBytes, originTimeoutMs, 'no-store')).bytes,
      );
      controller.close();
    },
    cancel: () => gone.abort(),
  });
}

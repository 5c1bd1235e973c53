/**
 * The hub's server-sent events. The browser reconnects by itself after a lost connection, but gives up
 * for good when an answer is not an event stream (HTML Living Standard, 9.2.2 "fail the connection"), as
 * happens while a proxy in front of a restarting hub answers 502; then we open a new one, ever more slowly.
 */

import type { LiveTick } from '../api.ts';
import { apiUrl } from './client.ts';
import { parseTick } from './parse.ts';

/** `connecting`: the first attempt; `reconnecting`: it was live, or an attempt has failed. */
export type LiveState = 'connecting' | 'live' | 'reconnecting';

export interface LiveListener {
  tick(tick: LiveTick): void;
  state(state: LiveState): void;
}

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/** How long to wait before the next attempt, after `failures` failed ones in a row (1, 2, ...). */
export function reconnectDelayMs(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
}

/** Follows a site until the function that it returns is called. */
export function followLive(site: string, listener: LiveListener): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const connect = (): void => {
    const opened = new EventSource(apiUrl('live', { site }));
    source = opened;
    opened.addEventListener('open', () => {
      failures = 0;
      listener.state('live');
    });
    opened.addEventListener('tick', (event) => {
      const tick = readTick(event);
      if (tick !== undefined) listener.tick(tick);
    });
    opened.addEventListener('error', () => {
      listener.state('reconnecting');
      if (opened.readyState !== EventSource.CLOSED) return;
      failures += 1;
      retry = setTimeout(connect, reconnectDelayMs(failures));
    });
  };

  listener.state('connecting');
  connect();
  return () => {
    clearTimeout(retry);
    source?.close();
  };
}

/** A tick that is not understood is left out: the summary, asked for anyway, will say what is wrong. */
function readTick(event: MessageEvent<unknown>): LiveTick | undefined {
  if (typeof event.data !== 'string') return undefined;
  try {
    const parsed = parseTick(JSON.parse(event.data));
    return parsed.ok ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The hub's server-sent events. The browser reconnects by itself after a lost connection, but gives up
 * for good when an answer is not an event stream (HTML Living Standard, 9.2.2 "fail the connection"), as
 * happens while a proxy in front of a restarting hub answers 502; then we open a new one, ever more slowly.
 */
import type { LiveTick } from '../api.ts';
/** `connecting`: the first attempt; `reconnecting`: it was live, or an attempt has failed. */
export type LiveState = 'connecting' | 'live' | 'reconnecting';
export interface LiveListener {
  tick(tick: LiveTick): void;
  state(state: LiveState): void;
}
/** How long to wait before the next attempt, after `failures` failed ones in a row (1, 2, ...). */
export declare function reconnectDelayMs(failures: number): number;
/** Follows a site until the function that it returns is called. */
export declare function followLive(site: string, listener: LiveListener): () => void;

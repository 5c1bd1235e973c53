/** The connection's state, in words, for eyes and screen readers. */

import { fill, h } from './dom.ts';
import type { LiveState } from './live.ts';

const words: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
};

/** Shows a state; `undefined` hides the badge. */
export function showLiveState(badge: HTMLElement, state: LiveState | undefined): void {
  badge.hidden = state === undefined;
  if (state === undefined || badge.dataset['state'] === state) return;
  badge.dataset['state'] = state;
  fill(badge, h('span', { class: 'live-dot', 'aria-hidden': 'true' }), words[state]);
}

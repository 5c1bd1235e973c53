/**
 * The tag: small, never in the way of rendering. It registers the worker after `load` (or when the page
 * asks for `shoal.ready`), stands for election as the host of the swarm, and reports to the hub.
 */

import type { WorkerToClient } from '../protocol/worker-messages.ts';
import { readConfig } from './config.ts';
import { PageShoal } from './page-shoal.ts';

const config = readConfig();
if (config !== undefined && window.shoal === undefined) {
  const shoal = new PageShoal(config);
  window.shoal = shoal;
  window.dispatchEvent(new Event('shoal:loaded'));
  navigator.serviceWorker?.addEventListener('message', (event: MessageEvent<WorkerToClient>) =>
    shoal.receive(event.data, event.ports[0]),
  );
  shoal.schedule();
}

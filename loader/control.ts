/** From nothing to a worker that controls this page, or a reason why not. */

import type { TagConfig } from '../protocol/site-config.ts';
import type { ShoalReady } from './api.ts';

/** Whether this browser, in this mode, has what the worker needs at all. */
export function isSupported(): boolean {
  return isSecureContext && 'serviceWorker' in navigator && 'locks' in navigator && 'caches' in globalThis;
}

/** Registers the worker and waits until it controls the page. Never rejects. */
export async function takeControl(config: TagConfig): Promise<ShoalReady['reason']> {
  const { serviceWorker } = navigator;
  // Strict policies and private modes refuse here, in words that differ from browser to browser.
  const registering = serviceWorker
    .register(config.worker, { scope: config.base, updateViaCache: 'none' })
    .then(() => '' as const)
    .catch(() => 'failed' as const);
  if (serviceWorker.controller !== null) return '';
  const controlled = new Promise<''>((resolve) => {
    serviceWorker.addEventListener('controllerchange', () => resolve(''), { once: true });
  });
  return (await registering) || (serviceWorker.controller === null ? await controlled : '');
}

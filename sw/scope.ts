/** The worker's global scope, with its real type: the library's `self` is any worker's. */

import type { WorkerConfig } from '../protocol/site-config.ts';

/** The settings are the first line of this very script, written by the publisher. */
declare const self: ServiceWorkerGlobalScope & { readonly __SHOAL_WORKER__: WorkerConfig };

export const scope = self;

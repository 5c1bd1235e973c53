/** The worker's global scope, with its real type: the library's `self` is any worker's. */

declare const self: ServiceWorkerGlobalScope & { readonly __SHOAL_WORKER__?: unknown };

export const scope = self;

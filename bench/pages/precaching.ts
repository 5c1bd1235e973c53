/** The worker of a site that uses `workbox-precaching`. */
import { precacheAndRoute } from 'workbox-precaching';

/** Put in when it is bundled. */
declare const precached: { readonly url: string; readonly revision: null }[];

precacheAndRoute(precached);

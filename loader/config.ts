/** The tag's settings, baked into the script by the publisher, and what the page's own tag overrides. */

import type { TagConfig } from '../protocol/site-config.ts';

declare global {
  /** Written by the first line of the published `shoal.js`. */
  var __SHOAL_TAG__: TagConfig | undefined;
}

/**
 * `undefined` where the script was not published. `<script data-consent="required">` and
 * `data-swarm="off"` make a page more careful than the site; nothing makes it less so.
 */
export function readConfig(): (TagConfig & { readonly swarmOff: boolean }) | undefined {
  const config = globalThis.__SHOAL_TAG__;
  if (config === undefined) return undefined;
  const data = document.currentScript?.dataset;
  return {
    ...config,
    consent: data?.['consent'] === 'required' ? 'required' : config.consent,
    swarmOff: data?.['swarm'] === 'off' || config.hub === null || config.uninstall === true,
  };
}

/** The worker's settings, baked into its script by the publisher. */

import type { WorkerConfig } from '../protocol/site-config.ts';

/** Throws when the prelude is missing or malformed: such a worker leaves everything to the browser. */
export function readConfig(value: unknown): WorkerConfig {
  if (typeof value !== 'object' || value === null) throw new TypeError('shoal-sw.js has no settings');
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const text = (name: string): string => {
    const field = fields[name];
    if (typeof field !== 'string') throw new TypeError(`shoal-sw.js: setting ${name} is missing`);
    return field;
  };
  const number = (name: string): number => {
    const field = fields[name];
    if (typeof field !== 'number') throw new TypeError(`shoal-sw.js: setting ${name} is missing`);
    return field;
  };
  return {
    site: text('site'),
    base: text('base'),
    root: text('root'),
    floor: number('floor'),
    cacheLimitBytes: number('cacheLimitBytes'),
  };
}

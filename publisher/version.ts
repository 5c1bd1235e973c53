/** Which Shoal this is. */

import { readFileSync } from 'node:fs';
import { PublisherError } from './errors.ts';

/** The version in package.json, which is one folder up from the sources and two from the bundle. */
export function ownVersion(): string {
  const relative = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';
  const value: unknown = JSON.parse(readFileSync(new URL(relative, import.meta.url), 'utf8'));
  if (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    typeof value.version === 'string'
  ) {
    return value.version;
  }
  throw new PublisherError(
    'build-missing',
    'package.json of shoal has no version',
    'Install the package again.',
  );
}

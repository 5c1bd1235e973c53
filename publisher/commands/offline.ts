/** What the commands that sign have in common: `--prepare` and `--finish`. */

import type { Preparation } from '../signing/preparation.ts';

/** For keys that are on another machine. */
export const offline = {
  prepare: ['--prepare <file>', 'sign nothing: write a signing request for `shoal sign` elsewhere'],
  finish: ['--finish <file>', 'use the signatures of a request that came back'],
} as const;

/** What was prepared, and what to do next. */
export function preparationText({ path, request }: Preparation): string {
  return request === undefined
    ? 'Nothing has to be signed: run the same command without --prepare.'
    : `Wrote ${path}. Have it signed (\`shoal sign ${path}\`), then run the same command with --finish instead of --prepare.`;
}

/** What the commands have in common. */

import { HubError } from '../../hub/index.ts';
import { ManifestError } from '../../manifests/index.ts';
import { exitCodeOf, exitCodes, PublisherError, reasonOf } from '../errors.ts';
import { progressOn, silentProgress, type Progress } from '../progress.ts';

/** What a command says when it is done: a text for people, or a value for scripts. */
export function say(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(json === true ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}

/** Progress goes to stderr; a script that wants JSON gets none. */
export function progressFor(json: boolean | undefined): Progress {
  return json === true ? silentProgress : progressOn(process.stderr);
}

/** Tells what went wrong and sets the exit code. */
export function fail(error: unknown): void {
  if (error instanceof PublisherError) {
    process.stderr.write(`shoal: ${error.message}\n${error.hint}\n`);
    process.exitCode = exitCodeOf(error.code);
  } else if (error instanceof HubError) {
    process.stderr.write(`shoal: ${error.message}\n`);
    process.exitCode = error.code === 'bad-option' ? exitCodes.usage : exitCodes.io;
  } else if (error instanceof ManifestError) {
    process.stderr.write(
      `shoal: ${reasonOf(error)}\nRestore .shoal/ from your repository, or publish again.\n`,
    );
    process.exitCode = exitCodes.keys;
  } else {
    const stack = error instanceof Error ? error.stack : undefined;
    process.stderr.write(`shoal: ${stack ?? reasonOf(error)}\nThis is a fault in Shoal: please report it.\n`);
    process.exitCode = exitCodes.io;
  }
}

/** Resolves when somebody wants the process to end (Ctrl-C, or a service manager); a second time ends it at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = (): void => {
      if (isStopping) process.exit(130);
      isStopping = true;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** Parses an option that is a whole number. @throws PublisherError `usage`. */
export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new PublisherError(
      'usage',
      `${name} ${text} is not a whole number from ${min} to ${max}`,
      'See --help.',
    );
  };
}

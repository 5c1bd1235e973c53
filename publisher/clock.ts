/** The time that a release is dated with. */

import { limits } from '../manifests/index.ts';
import { PublisherError } from './errors.ts';

/**
 * Milliseconds since the epoch: `at` (ISO 8601) if given, else SOURCE_DATE_EPOCH (seconds,
 * https://reproducible-builds.org/specs/source-date-epoch/), else now. @throws PublisherError `usage`.
 */
export function releaseTimeMs(at: string | undefined, environment: NodeJS.ProcessEnv, nowMs: number): number {
  return notAhead(wishedTimeMs(at, environment) ?? nowMs, nowMs);
}

/** Refuses a time that browsers would refuse. @throws PublisherError `usage`. */
export function notAhead(timeMs: number, nowMs: number): number {
  if (timeMs > nowMs + limits.fastForwardMs) {
    throw new PublisherError(
      'usage',
      `${new Date(timeMs).toISOString()} is more than a day ahead`,
      'Browsers refuse releases from the future: give a time that has passed.',
    );
  }
  return timeMs;
}

function wishedTimeMs(at: string | undefined, environment: NodeJS.ProcessEnv): number | undefined {
  if (at !== undefined) {
    return positive(
      /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:\d\d))?$/.test(at) ? Date.parse(at) : Number.NaN,
      `--at ${at}`,
    );
  }
  const epoch = environment['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') return undefined;
  return positive(/^\d+$/.test(epoch) ? Number(epoch) * 1000 : Number.NaN, `SOURCE_DATE_EPOCH=${epoch}`);
}

function positive(timeMs: number, where: string): number {
  if (Number.isSafeInteger(timeMs) && timeMs > 0 && timeMs < 1e13) return timeMs;
  throw new PublisherError(
    'usage',
    `${where} is not a time`,
    'Give an ISO 8601 time in UTC such as 2026-11-20T20:00:00Z (SOURCE_DATE_EPOCH: seconds since 1970).',
  );
}

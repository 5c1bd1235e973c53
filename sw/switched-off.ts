/** The emergency switch: a file on the origin, unsigned, since all that it can do is to make us stand aside. */

import { fromUtf8, limits } from '../manifests/index.ts';
import { fetchBounded, OriginError } from './fetch-bounded.ts';

const timeoutMs = 10_000;

/**
 * Whether `<base>shoal/disable` is there, with whatever in it but a page: some hosts answer everything with
 * their start page. `undefined`: the origin does not say, so that what it said before holds.
 */
export async function isSwitchedOff(base: string): Promise<boolean | undefined> {
  try {
    const { bytes } = await fetchBounded(`${base}shoal/disable`, limits.headBytes, timeoutMs, 'no-store');
    return !/^\s*</.test(fromUtf8(bytes) ?? '');
  } catch (error) {
    return error instanceof OriginError && error.status > 0 && error.status < 500 ? false : undefined;
  }
}

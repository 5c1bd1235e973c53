/** Which pages are open, remembered for minutes only. */

import { TokenBuckets } from '../token-bucket.ts';
import { ByAge } from './by-age.ts';

/** New page loads from one range of addresses that are believed: so many at once, then so many a second. */
const comingsAtOnce = 3_000;
const comingsPerSecond = 10;

/** How long a page counts as open after its last beacon. */
const presenceMs = 120_000;
const presenceLimit = 200_000;

/** A page that has reported. */
export interface Page {
  lastMs: number;
  /** What it has claimed so far to have received over the network. */
  networkBytes: number;
  /** Its reports are not believed. */
  isOutlier: boolean;
  /** Timings count once a page load, however often they are said. */
  readonly timed: { load: boolean; classes: boolean };
}

/** A page, at one of its reports. */
export interface Meeting {
  readonly page: Page;
  /** It was not heard of lately. */
  readonly isNew: boolean;
  /** Since its last report. */
  readonly silentMs: number;
}

/** The pages of all sites. */
export class Pages {
  readonly #bySite = new Map<string, ByAge<Page>>();
  readonly #comings = new TokenBuckets(comingsAtOnce, comingsPerSecond);

  /**
   * A page reports: the page as it was heard of lately, or a new one. Where too many new ones come from
   * one range of addresses at once, the rest are outliers; `undefined`: no range is known.
   */
  meet(site: string, session: string, range: string | undefined, nowMs: number): Meeting {
    const pages = this.#bySite.get(site) ?? new ByAge(presenceMs, presenceLimit);
    this.#bySite.set(site, pages);
    const known = pages.get(session, nowMs);
    const isCrowd = known === undefined && range !== undefined && !this.#comings.take(range, 1, nowMs);
    const timed = { load: false, classes: false };
    const page = known ?? { lastMs: nowMs, networkBytes: 0, isOutlier: isCrowd, timed };
    const silentMs = nowMs - page.lastMs;
    page.lastMs = nowMs;
    pages.set(session, page, nowMs);
    return { page, isNew: known === undefined, silentMs };
  }

  /** How many of a site are open now. */
  count(site: string, nowMs: number): number {
    return this.#bySite.get(site)?.size(nowMs) ?? 0;
  }
}

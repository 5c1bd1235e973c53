/** Hooks that start what a suite of browser tests needs, and end it. What they give is there inside of tests only. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import {
  type BrowserKind,
  browserKinds,
  type LaunchOptions,
  launchKind,
  type RunningBrowser,
} from './browser.ts';
import { type Files, type ShoalSite, type SiteSettings, startShoalSite } from './shoal-site.ts';
import { type Visits, visitsOf } from './visits.ts';

const names = { chromium: 'Chromium', firefox: 'Firefox' };
const startTimeoutMs = 120_000;

/** The same suite in Chromium and, where there is one, in Firefox. */
export function inEachBrowser(suite: (kind: BrowserKind) => void): void {
  for (const kind of browserKinds) {
    describe(`in ${names[kind]}`, () => {
      suite(kind);
    });
  }
}

/** A browser for the suite. */
export function browserForSuite(
  kind: BrowserKind = 'chromium',
  options?: LaunchOptions,
): () => RunningBrowser {
  let running: RunningBrowser | undefined;
  beforeAll(async () => {
    running = await launchKind(kind, options);
  }, startTimeoutMs);
  afterAll(() => running?.close());
  return () => started(running);
}

/** A site and its visitors. */
export interface Stage {
  readonly site: ShoalSite;
  readonly browser: RunningBrowser;
  /** All of them are closed after each test, or after the last one. */
  readonly visits: Visits;
}

/** A site and a browser for the suite. */
export function siteForSuite(
  files: Files,
  options: SiteSettings & {
    readonly kind?: BrowserKind;
    readonly launch?: LaunchOptions;
    readonly visitsLast?: 'test' | 'suite';
  } = {},
): Stage {
  const { kind, launch, visitsLast = 'test', ...settings } = options;
  let site: ShoalSite | undefined;
  beforeAll(async () => {
    site = await startShoalSite(files, settings);
  }, startTimeoutMs);
  afterAll(() => site?.close());
  const browser = browserForSuite(kind, launch);
  const visits = visitsOf(() => started(site), browser);
  (visitsLast === 'test' ? afterEach : afterAll)(() => visits.closeAll());
  return {
    visits,
    get site() {
      return started(site);
    },
    get browser() {
      return browser();
    },
  };
}

/** What a hook has made; @throws Error when it has not run. */
export function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started: only for use inside of tests');
  return value;
}

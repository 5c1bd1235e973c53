/** One load over the wide area: seeds that have everything, and visitors who come. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { ensureBrowser } from '../scripts/ensure-browser.ts';
import { launchChromium, type RunningBrowser } from '../scripts/launch-browser.ts';
import { addressOf, load, type Way } from './crowd-load.ts';
import { startOrigin, startProbe } from './net/child.ts';
import { startLab, type AccessLine, type Host, type Lab } from './net/lab.ts';
import { pageScript } from './page-scripts.ts';
import type { Outcome } from './pages/outcome.ts';
import type {} from './pages/smoothness.ts';
import { payloadBytesOf, type PayloadSite } from './payload.ts';
import { quantile } from './statistics.ts';

export const wideAddress = '10.77.0.1';
export const widePort = 8080;

export interface WideSettings {
  readonly origin: AccessLine;
  readonly seeds: readonly AccessLine[];
  readonly visitors: readonly AccessLine[];
  readonly spacingMs: number;
  readonly payloadBytes: number;
}

export interface WideLoad {
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly string[];
  /** Body bytes of the payload that the origin sent to the visitors. */
  readonly originPayloadBytes: number;
  /** Of all visitors: tasks over 50 ms, and the 95th percentile of a timer's lateness. */
  readonly longTasksMs: readonly number[];
  readonly latenessMs: number;
  /** What a first host that gives feels while the visitors load: its own round trips to a host that is idle. */
  readonly ownTripMs: { readonly median: number; readonly p95: number; readonly lostPercent: number };
  /** Frames that lines dropped meanwhile. */
  readonly dropped: number;
}

const loadTimeoutMs = 180_000;
/** Seeds have told each other and the hub what they have by then; browsers are quiet. */
const quietMs = 2_000;

/** A network of its own, a fresh browser at each host, a hub that has seen nobody. */
export async function loadWide(site: PayloadSite, way: Way, settings: WideSettings): Promise<WideLoad> {
  const elsewhere = { ...settings.origin, upMbit: 0, downMbit: 0 };
  const lab = await startLab([settings.origin, elsewhere, ...settings.seeds, ...settings.visitors]);
  const browsers: RunningBrowser[] = [];
  try {
    return await loadIn(lab, site, way, settings, browsers);
  } finally {
    await Promise.all(browsers.map((running) => running.close()));
    await lab.close();
  }
}

async function loadIn(
  lab: Lab,
  site: PayloadSite,
  way: Way,
  settings: WideSettings,
  browsers: RunningBrowser[],
): Promise<WideLoad> {
  const [originHost, elsewhere, ...others] = lab.hosts;
  const [giver] = others;
  if (originHost === undefined || elsewhere === undefined || giver === undefined) {
    throw new Error('the network has too few hosts');
  }
  const origin = await startOrigin(originHost, site.dir, site.config, widePort);
  const url = addressOf(site, way, origin);
  const open = async (host: Host): Promise<Page> => {
    const running = await launchIn(host);
    browsers.push(running);
    const page = await running.browser.newPage();
    await page.evaluateOnNewDocument(await pageScript('smoothness'));
    return page;
  };
  const needsSeeds = way !== 'plain HTTP';
  const seeds = needsSeeds ? others.slice(0, settings.seeds.length) : [];
  const seedPages = await Promise.all(seeds.map(open));
  await Promise.all(seedPages.map((page) => load(page, url, settings.payloadBytes, loadTimeoutMs)));
  const visitors = await Promise.all(others.slice(settings.seeds.length).map(open));
  await sleep(quietMs);

  const probe = await startProbe(giver, elsewhere);
  const before = { origin: payloadBytesOf(await origin.counts()), lines: await lab.counters() };
  await probe();
  const visits = await Promise.allSettled(
    visitors.map(async (page, i) => {
      await sleep(i * settings.spacingMs);
      return load(page, url, settings.payloadBytes, loadTimeoutMs);
    }),
  );
  const trips = await probe();
  const after = { origin: payloadBytesOf(await origin.counts()), lines: await lab.counters() };
  const smooth = await Promise.all(visitors.map((page) => page.evaluate(() => window.smoothness)));
  const droppedIn = (lines: typeof after.lines): number =>
    lines.reduce((sum, { up, down }) => sum + up.dropped + down.dropped, 0);
  const back = trips.flatMap((trip) => trip ?? []);
  return {
    outcomes: visits.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    problems: visits.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : [])),
    originPayloadBytes: after.origin - before.origin,
    longTasksMs: smooth.flatMap((page) => page?.longTasksMs ?? []),
    latenessMs: quantile(
      smooth.flatMap((page) => page?.latenessMs ?? []),
      0.95,
    ),
    ownTripMs: {
      median: quantile(back, 0.5),
      p95: quantile(back, 0.95),
      lostPercent: (100 * (trips.length - back.length)) / trips.length,
    },
    dropped: droppedIn(after.lines) - droppedIn(before.lines),
  };
}

async function launchIn(host: Host): Promise<RunningBrowser> {
  return launchChromium({
    executablePath: await host.wrapperOf(await ensureBrowser()),
    pipe: true,
    // Workers need a secure context.
    args: [`--unsafely-treat-insecure-origin-as-secure=http://${wideAddress}:${widePort}`],
  });
}

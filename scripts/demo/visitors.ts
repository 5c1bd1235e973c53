/** Visitors: real headless browsers with fresh profiles, one after the other, the earlier ones staying. */
import type {} from '../../demo-site/demo.ts';
import type { ShoalStats } from '../../loader/api.ts';
import { launchChromium, type RunningBrowser } from '../launch-browser.ts';

/** What one visit took. */
export interface Visit {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly stats: ShoalStats;
}

const visitTimeoutMs = 120_000;
/** Time for a page to say to the hub and to its peers what it has. */
const settleMs = 1_500;

/** Sends `count` visitors; then the first one comes again. */
export async function sendVisitors(
  url: string,
  count: number,
  say: (text: string) => void,
): Promise<readonly Visit[]> {
  const browsers: RunningBrowser[] = [];
  try {
    const visits: Visit[] = [];
    for (let number = 1; number <= count; number++) {
      say(`Visitor ${number} of ${count} ...`);
      // Without a GPU WebGL is drawn by the CPU, which the whole page would then wait for: it draws a flat map instead.
      const browser = await launchChromium({ args: ['--disable-3d-apis'] });
      browsers.push(browser);
      visits.push(await visitOnce(browser, url, `visitor ${number}`));
    }
    const [first] = browsers;
    say('The first visitor comes again ...');
    if (first !== undefined) visits.push(await visitOnce(first, url, 'visitor 1, again'));
    // Beacons are sent every few seconds: the dashboard is to show what the table shows.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    return visits;
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
  }
}

async function visitOnce({ browser }: RunningBrowser, url: string, name: string): Promise<Visit> {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(url, { waitUntil: 'load', timeout: visitTimeoutMs });
  await page.waitForFunction(() => 'demo' in window && window.shoal !== undefined, {
    timeout: visitTimeoutMs,
  });
  const result = await withDeadline(page.evaluate(() => window.demo.done));
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const stats = await page.evaluate(() => window.shoal?.stats());
  if (stats === undefined) throw new Error('the tag has vanished from the page');
  return { name, ok: result.ok, ms: result.ms, stats };
}

async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(visitTimeoutMs);
  return Promise.race([
    promise,
    new Promise<never>((_, reject) =>
      late.addEventListener('abort', () =>
        reject(new Error(`the page was not done after ${visitTimeoutMs} ms`)),
      ),
    ),
  ]);
}

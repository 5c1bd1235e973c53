import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoResult } from '../../demo-site/demo.ts';
import type { ShoalStats } from '../../loader/api.ts';
import { type DemoSite, publishDemo } from '../../scripts/demo/site.ts';
import { newVisitor, type VisitedPage } from '../support/browser.ts';
import { lossesOf, recordDeliveries } from '../support/deliveries.ts';
import { stats } from '../support/shoal-site.ts';
import { removeFolder, temporaryFolder } from '../support/tmp.ts';

/** What a visitor saw and got. */
interface Visit extends VisitedPage {
  readonly result: DemoResult;
  /** When every part of the page had loaded. */
  readonly loaded: ShoalStats;
  /** Every file as it arrived here. */
  readonly digests: Readonly<Record<string, string>>;
  /** After all of them were fetched. */
  readonly all: ShoalStats;
}

const visitMs = 120_000;
let folder: string;
let demo: DemoSite;
const visits: Visit[] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  demo = await publishDemo(0, folder);
  closing.push(() => demo.serving.close());
  for (let number = 1; number <= 3; number++) visits.push(await visit());
}, 4 * visitMs);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await removeFolder(folder);
});

/** A browser of its own that stays open. What WebGL draws without a graphics card takes long, so there is none. */
async function visit(): Promise<Visit> {
  const visitor = await newVisitor({ isolated: 'process', args: ['--disable-3d-apis'] });
  closing.push(visitor.close);
  const visited = await visitor.open();
  const { page } = visited;
  page.setDefaultTimeout(visitMs);
  await recordDeliveries(page);
  await page.goto(demo.serving.url, { waitUntil: 'load' });
  const result = await page.evaluate(() => window.demo.done);
  const loaded = await stats(page);
  const digests = await page.evaluate(() => window.demo.digests());
  return { ...visited, result, loaded, digests, all: await stats(page) };
}

/** Of what had to come over a network, the part that peers brought. */
function share({ swarmBytes, httpBytes }: ShoalStats): number {
  return swarmBytes / (swarmBytes + httpBytes);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

describe('three visitors of the demo site, one after the other,', () => {
  it('see every part of it, with nothing on the console', () => {
    for (const { result, log } of visits) {
      expect(result).toMatchObject({ ok: true, shoal: true });
      expect(log.problems()).toEqual([]);
    }
    expect(visits).toHaveLength(3);
  });

  it('get nine bytes of ten from each other when they come third', async () => {
    for (const [index, { result, loaded, all }] of visits.entries()) {
      const line = [loaded, all].map(
        (at) =>
          `${(share(at) * 100).toFixed(1)} % of ${megabytes(at.httpBytes + at.swarmBytes)} from peers, ${megabytes(at.discardedBytes)} discarded`,
      );
      console.log(`visitor ${index + 1} (${(result.ms / 1000).toFixed(1)} s): ${line.join('; all files: ')}`);
    }
    const third = visits[2];
    if (third === undefined) throw new Error('there is no third visitor');
    const losses = await lossesOf(third.page);
    expect(share(third.loaded), losses).toBeGreaterThanOrEqual(0.9);
    expect(share(third.all), losses).toBeGreaterThanOrEqual(0.9);
    expect(third.loaded.rejectedBytes).toBe(0);
  });

  it('get every file byte for byte as it was published', () => {
    const published = Object.fromEntries(
      Object.entries(demo.assets).map(([path, { sha256 }]) => [path, sha256]),
    );
    expect(Object.keys(published).length).toBeGreaterThan(200);
    for (const { digests } of visits) expect(digests).toEqual(published);
  });
});

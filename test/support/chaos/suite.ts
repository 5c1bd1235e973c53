/**
 * Whatever the weather: every page loads whole, and no byte is wrong. `npm run chaos` gives more loads, and compares
 * their times with those of the same page without a worker.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../../scripts/root.ts';
import { corruptedDocuments, deployments, staleHead } from './documents.ts';
import type { BrowserKind } from '../browser.ts';
import { figuresOf, type Figures } from './figures.ts';
import { load } from './page.ts';
import { hubKilled, polluters, stallers, trackerDown } from './peers.ts';
import { removal } from './removal.ts';
import { filesLost, flappingNetwork, offline, poisonedMirror, proxy, serverAway } from './server.ts';
import { storageFull, workerKilled, wrongClock } from './worker.ts';
import { type ChaosSite, startChaosSite, type World } from './world.ts';
import { browserForSuite, started } from '../stage.ts';

const { SHOAL_CHAOS_LOADS } = process.env;
const isTimed = SHOAL_CHAOS_LOADS !== undefined;
const count = Number(SHOAL_CHAOS_LOADS ?? 20);
const scenarios = [
  trackerDown,
  polluters,
  stallers,
  workerKilled,
  storageFull,
  offline,
  filesLost,
  serverAway,
  corruptedDocuments,
  wrongClock,
  staleHead,
  deployments,
  flappingNetwork,
  poisonedMirror,
  proxy,
  hubKilled,
  removal,
];

/** All scenarios in one browser. */
export function chaosIn(kind: BrowserKind): void {
  let site: ChaosSite | undefined;
  beforeAll(async () => {
    site = await startChaosSite();
  }, 60_000);
  afterAll(() => site?.close());
  const browser = browserForSuite(kind);
  let world: World | undefined;
  const figures: Figures[] = [];

  afterEach(async () => {
    if (world !== undefined) await started(site).reset(world);
  }, 60_000);

  describe.each(scenarios)('[$id] $title', ({ id, run, isLostWithoutWorker = false }) => {
    it(
      'pages load whole, and nothing is wrong',
      async () => {
        world = started(site).world(kind, browser, isTimed && !isLostWithoutWorker);
        if (isTimed && isLostWithoutWorker) await loadInGoodWeather(world);
        const loads = await run(world, count);
        const result = figuresOf(id, loads, world.plainLoads);
        figures.push(result);
        if (isTimed) await keep(kind, figures);
        expect(loads.flatMap(({ corrupted }) => corrupted)).toEqual([]);
        expect(loads.flatMap(({ missing }) => missing)).toEqual([]);
        expect(loads.filter(({ isWhole }) => isWhole)).toHaveLength(count);
        if (world.plainLoads.length === 0) return;
        expect(result.paint.p95, 'largest paint').toBeLessThanOrEqual(result.paint.plainP95 * 1.1);
      },
      isTimed ? 900_000 : 120_000,
    );
  });
}

/** After each scenario: a long run may be stopped. */
async function keep(kind: BrowserKind, figures: readonly Figures[]): Promise<void> {
  await mkdir(`${root}build/chaos`, { recursive: true });
  await writeFile(`${root}build/chaos/${kind}.json`, JSON.stringify(figures, undefined, 2));
}

async function loadInGoodWeather({ visits, front, versions, plainLoads }: World): Promise<void> {
  const { page } = await visits.plain('/plain.html');
  for (let i = 0; i < count; i++) plainLoads.push(await load(page, `${front.origin}/plain.html`, versions));
}

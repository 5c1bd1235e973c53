/** Reports to an intake that does not work: no page notices, and nothing piles up or storms. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { beaconLimitBytes } from '../../protocol/beacon.ts';
import { launch, type RunningBrowser } from '../support/browser.ts';
import { freePort } from '../support/ports.ts';
import { startShoalSite, type Files, type ShoalSite } from '../support/shoal-site.ts';
import { expectEverything, visitsOf } from '../support/visits.ts';

const files: Files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  // More than one report can name.
  ...Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`small/${i}.txt`, randomBytes(300 + i)])),
};
/** A page reports after five seconds, and again after one where the browser took nothing. */
const watchMs = 8_000;

/** What the hub that is none does with a report. */
let behaviour: 'hang' | 'reset' = 'hang';
let reports: string[] = [];
let server: Server;
let site: ShoalSite;
let browser: RunningBrowser;
const visits = visitsOf(
  () => site,
  () => browser,
);

beforeAll(async () => {
  const port = await freePort();
  server = createServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(404).end();
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () => {
      reports.push(body);
      if (behaviour === 'reset') request.socket.destroy();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  site = await startShoalSite(files, { hub: { url: `http://127.0.0.1:${port}/` } });
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await visits.closeAll();
  await browser?.close();
  await site?.close();
  server?.closeAllConnections();
  server?.close();
});

const tallies = (body: string): number =>
  v.parse(v.object({ assets: v.array(v.unknown()) }), JSON.parse(body)).assets.length;

describe('an intake', () => {
  it.each(['hang', 'reset'] as const)(
    '[K11, K12] that is down (%s): every asset is there, reports are few and small, and none is sent twice',
    async (how) => {
      behaviour = how;
      reports = [];
      const { page } = await visits.fresh();
      await expectEverything(page, files);
      await sleep(watchMs);
      await expectEverything(page, files);
      const sent = [...reports];
      expect(sent.length).toBeGreaterThan(0);
      // 400 assets asked for twice, in reports that name about fifty each; a storm would be one a moment.
      expect(sent.length).toBeLessThan(25);
      for (const body of sent) {
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(beaconLimitBytes);
        expect(tallies(body)).toBeLessThanOrEqual(64);
      }
      // A browser holds 64 KiB of a page's reports that are not answered: together they fit.
      if (how === 'hang')
        expect(sent.reduce((sum, body) => sum + body.length, 0)).toBeLessThanOrEqual(64 * 1024);
      const ids = sent.map((body) => v.parse(v.object({ id: v.string() }), JSON.parse(body)).id);
      expect(new Set(ids).size).toBe(ids.length);
      await page.close();
    },
  );
});

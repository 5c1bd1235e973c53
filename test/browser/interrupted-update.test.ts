/** The worker ends in the middle of an update, at one step after the other: the next one starts from something that works. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerToClient } from '../../protocol/worker-messages.ts';
import { addPrelude, openLabs, type FaultLab } from '../support/faults/lab.ts';
import { sha256, startShoalSite, type ShoalSite } from '../support/shoal-site.ts';
import { inEachBrowser, started } from '../support/stage.ts';

/** How many steps of an update it is interrupted after. */
const steps = 12;
const bare = '<!doctype html><title>bare</title><link rel="icon" href="data:,">';

inEachBrowser((kind) => {
  let site: ShoalSite | undefined;
  let opened: Awaited<ReturnType<typeof openLabs>> | undefined;

  beforeAll(async () => {
    site = await startShoalSite({ 'bare.html': bare, 'asset.bin': randomBytes(70_000) });
    await addPrelude(site);
    opened = await openLabs(site, kind, 1);
  }, 120_000);

  afterAll(async () => {
    await opened?.close();
    await site?.close();
  });

  /** A new release; its asset's digest, and its own. */
  async function publishNext(): Promise<{ readonly asset: string; readonly release: string }> {
    const asset = randomBytes(70_000);
    const report = await started(site).release({ 'asset.bin': asset });
    await addPrelude(started(site));
    return { asset: sha256(asset), release: report.release.sha256 };
  }

  function trustedBy(page: Page): Promise<string | null> {
    return page.evaluate(
      () =>
        new Promise<string | null>((resolve) => {
          const { serviceWorker } = navigator;
          serviceWorker.addEventListener('message', ({ data }: MessageEvent<WorkerToClient>) => {
            if (data.t === 'state') resolve(data.release);
          });
          serviceWorker.startMessages();
          serviceWorker.controller?.postMessage({ t: 'state?' });
        }),
    );
  }

  describe('an update', () => {
    // Firefox has no command to end a worker that is busy.
    it.runIf(kind === 'chromium')(
      `[B17] is cut off after each of ${steps} steps: the next worker answers right, and updates`,
      async () => {
        const { page, get, stopWorker } = started(started(opened).labs[0]);
        const update = async (at: number): ReturnType<FaultLab['get']> => {
          // A page that begins asks for the head; it had nothing of this release before.
          await page.reload();
          return get('/asset.bin', undefined, at, 'never');
        };
        const calm = await publishNext();
        const { digest, calls } = await update(0);
        expect(digest).toBe(calm.asset);
        for (let step = 1; step <= steps; step++) {
          const at = Math.ceil((step * calls.length) / steps);
          const next = await publishNext();
          expect((await update(at)).digest, `cut off after ${at} of ${calls.length}`).toBe(next.asset);
          await stopWorker();
          await page.reload();
          expect((await get('/asset.bin', undefined, 0, 'never')).digest, `after ${at}`).toBe(next.asset);
          await expect.poll(() => trustedBy(page), { message: `after ${at}` }).toBe(next.release);
        }
      },
      100_000,
    );
  });
});

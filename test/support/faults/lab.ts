/** A visitor whose worker's platform goes wrong on demand. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Page } from 'puppeteer';
import { root } from '../../../scripts/root.ts';
import { type BrowserKind, launch, launchFirefox, newVisitor, type Visitor } from '../browser.ts';
import { started } from '../stage.ts';
import type { ShoalSite } from '../shoal-site.ts';
import { registerWorker } from '../supplier.ts';
import { stopWorkers } from '../visits.ts';
import type { FaultKind, FaultOrder, FaultReport } from './prelude.ts';

/** How much faster than the real one the worker's clock runs. */
const speed = 10;
/** Firefox has no command to stop a worker: it is made to do so by itself, soon. */
const firefoxIdleMs = 300;
const firefoxPrefs = {
  'dom.serviceWorkers.idle_timeout': firefoxIdleMs,
  'dom.serviceWorkers.idle_extended_timeout': 30_000,
};

/** What became of a request. */
export interface Outcome {
  /** SHA-256 of what the page got, or the error. */
  readonly digest: string;
  readonly ms: number;
  /** What the worker has called meanwhile, until nothing more was called. */
  readonly calls: readonly string[];
}

/** A page without the tag, ruled by the worker. */
export interface FaultLab {
  readonly page: Page;
  /** Gets an asset, or a part of it, while the call with this number goes wrong; 0: none does. */
  readonly get: (path: string, range: string | undefined, at: number, kind: FaultKind) => Promise<Outcome>;
  /** The worker ends, as it does when nobody needs it. */
  readonly stopWorker: () => Promise<void>;
}

/** Puts the prelude in front of the site's worker; again after each release. */
export async function addPrelude(site: ShoalSite): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [`${root}test/support/faults/prelude.ts`],
    bundle: true,
    write: false,
    target: 'es2022',
    format: 'iife',
  });
  const worker = join(site.dir, 'shoal-sw.js');
  const shipped = await readFile(worker, 'utf8');
  // Not before its first line, which says for which site it is.
  await writeFile(
    worker,
    shipped.replace('\n', () => `\n${outputFiles[0]?.text ?? ''}`),
  );
}

/** So many visitors in a browser of their own, and the way to end them. */
export async function openLabs(
  site: ShoalSite,
  kind: BrowserKind,
  count: number,
): Promise<{ readonly labs: readonly FaultLab[]; readonly close: () => Promise<void> }> {
  const browser = started(await (kind === 'chromium' ? launch() : launchFirefox({ prefs: firefoxPrefs })));
  const visitors = await Promise.all(
    Array.from({ length: count }, () => newVisitor({ isolated: 'context', browser })),
  );
  const labs = await Promise.all(visitors.map((visitor) => openLab(site, visitor, kind)));
  return {
    labs,
    close: async () => {
      await Promise.all(visitors.map((visitor) => visitor.close()));
      await browser.close();
    },
  };
}

/** Opens the page and waits for the worker. */
async function openLab(site: ShoalSite, visitor: Visitor, kind: BrowserKind): Promise<FaultLab> {
  const { page } = await visitor.open(`${site.origin}/bare.html`);
  await registerWorker(page);
  return {
    page,
    get: (path, range, at, faultKind) => get(page, path, range, { fault: 'arm', at, kind: faultKind, speed }),
    stopWorker: () => (kind === 'chromium' ? stopWorkers(page) : sleep(firefoxIdleMs + 400)),
  };
}

/** All in one go: a worker with nothing to do may end between two steps, and would forget its order. */
function get(page: Page, path: string, range: string | undefined, order: FaultOrder): Promise<Outcome> {
  return page.evaluate(
    async (url, header, arm, disarm) => {
      const tell = (message: FaultOrder): Promise<FaultReport> =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener('message', ({ data }: MessageEvent<FaultReport>) => resolve(data));
          port1.start();
          navigator.serviceWorker.controller?.postMessage(message, [port2]);
        });
      const load = async (): Promise<string> => {
        const response = await fetch(url, header === undefined ? {} : { headers: { range: header } });
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
        return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
      };
      await tell(arm);
      const startedMs = performance.now();
      const digest = await load().catch(String);
      const ms = performance.now() - startedMs;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { digest, ms, calls: (await tell(disarm)).calls };
    },
    path,
    range,
    order,
    { fault: 'report' } as const,
  );
}

/** A site as an owner makes one: files in a folder, published and served by the real commands' code. */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page } from 'puppeteer';
import { init, publish, serve, type PublishReport, type Serving } from '../../publisher/index.ts';
import { freePort } from './ports.ts';
import { removeFolder, temporaryFolder } from './tmp.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface ShoalSite {
  readonly origin: string;
  /** The server's own, on 127.0.0.1. */
  readonly port: number;
  readonly folder: string;
  readonly dir: string;
  readonly serving: () => Serving;
  /** Writes files (and removes those given as `undefined`), and publishes. */
  readonly release: (
    files: Readonly<Record<string, string | Uint8Array | undefined>>,
  ) => Promise<PublishReport>;
  /** Stops serving; `start` serves again at the same address. */
  readonly stop: () => Promise<void>;
  readonly start: (options?: { readonly paceBytesPerSecond?: number }) => Promise<void>;
  /** Requests that the server has answered with a body, since the last `forget`. */
  readonly served: () => readonly {
    readonly path: string;
    readonly bytes: number;
    readonly status: number;
  }[];
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/** What every test site has in its settings: peers on this machine, and nobody outside of it. */
const testSwarm = { lan: true, iceServers: [], uploadBytesPerSecond: 0, uploadBytesPerDay: 0 };

export interface SiteSettings {
  readonly swarm?: object;
  readonly share?: object;
  readonly hub?: object;
  readonly integrity?: object;
  /** As `shoal publish --inject`. */
  readonly inject?: boolean;
  /** The origin that visitors know, where something stands in front of the server. */
  readonly front?: string;
}

/** Makes, publishes and serves a site. */
export async function startShoalSite(
  files: Files,
  { inject = false, front, ...settings }: SiteSettings = {},
): Promise<ShoalSite> {
  const folder = await temporaryFolder();
  const dir = join(folder, 'public');
  const config = join(folder, 'shoal.config.json');
  const port = await freePort();
  const origin = front ?? `http://127.0.0.1:${port}`;
  await init({ folder, site: origin, settings: { ...settings, swarm: { ...testSwarm, ...settings.swarm } } });
  let serving: Serving | undefined;
  let served: { path: string; bytes: number; status: number }[] = [];

  const site: ShoalSite = {
    origin,
    port,
    folder,
    dir,
    serving: () => {
      if (serving === undefined) throw new Error('the site is stopped');
      return serving;
    },
    release: async (changes) => {
      for (const [path, content] of Object.entries(changes)) {
        const target = join(dir, path);
        await mkdir(dirname(target), { recursive: true });
        await (content === undefined ? rm(target) : writeFile(target, content));
      }
      return publish({ dir, config, inject });
    },
    stop: async () => {
      await serving?.close();
      serving = undefined;
    },
    start: async (options = {}) => {
      serving = await serve({ dir, config, port, databasePath: join(folder, 'metrics.sqlite'), ...options });
      serving.onServed(({ path, bytes, status }) => served.push({ path, bytes, status }));
    },
    served: () => served,
    forget: () => {
      served = [];
    },
    close: async () => {
      await site.stop();
      await removeFolder(folder);
    },
  };
  await site.release(files);
  await site.start();
  return site;
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What a page got for a URL: the digest of the body, or the error. */
export async function digestInPage(page: Page, path: string): Promise<string> {
  return page.evaluate(async (url) => {
    const response = await fetch(url);
    const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }, path);
}

/** Waits for `shoal.ready`, and tells how it went. */
export async function ready(page: Page): Promise<{ readonly worker: boolean; readonly reason: string }> {
  await page.waitForFunction(() => window.shoal !== undefined, { timeout: 10_000 });
  return page.evaluate(async () => {
    const { shoal } = window;
    return shoal === undefined ? { worker: false, reason: 'no tag' } : shoal.ready;
  });
}

export async function stats(page: Page): Promise<import('../../loader/api.ts').ShoalStats> {
  return page.evaluate(() => {
    if (window.shoal === undefined) throw new Error('no tag');
    return window.shoal.stats();
  });
}

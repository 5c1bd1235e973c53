/** A site of a benchmark: files in a folder, published and served by the real commands' code. */
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { init, publish, serve, type PublishReport, type Serving } from '../publisher/index.ts';
import { root } from '../scripts/root.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface BenchSite {
  readonly origin: string;
  /** What is served. */
  readonly dir: string;
  /** Path of `shoal.config.json`. */
  readonly config: string;
  readonly publish: () => Promise<PublishReport>;
  /** Serves with a hub that has seen nobody yet. Only one at a time. */
  readonly start: (paceBytesPerSecond: number) => Promise<Serving>;
  /** Removes the folder; it is also removed when the process ends. */
  readonly remove: () => void;
}

/** Peers on this machine, and nobody outside of it. */
export const localSwarm = { lan: true, iceServers: [], uploadBytesPerSecond: 0, uploadBytesPerDay: 0 };

export interface SiteSettings {
  readonly swarm?: object;
  readonly share?: object;
  readonly hub?: object;
  /** Default: a free port of this machine, over loopback. */
  readonly origin?: string;
}

/** An initialised project with a folder of files that is not published yet. */
export async function newProject(files: Files, settings: SiteSettings): Promise<BenchSite> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  const dir = join(folder, 'public');
  const { origin = `http://127.0.0.1:${await freePort()}`, ...configured } = settings;
  const port = Number(new URL(origin).port);
  await init({ folder, site: origin, settings: { swarm: localSwarm, ...configured } });
  const config = join(folder, 'shoal.config.json');
  await writeFiles(dir, files);
  // A build beside us must not change what is measured.
  const browserScripts = join(folder, 'browser');
  await cp(`${root}dist/browser`, browserScripts, { recursive: true });
  return {
    origin,
    dir,
    config,
    publish: () => publish({ dir, config, browserScripts }),
    start: (paceBytesPerSecond) => serve({ dir, config, port, databasePath: ':memory:', paceBytesPerSecond }),
    remove: () => {
      process.off('exit', remove);
      remove();
    },
  };
}

/** The same, published. */
export async function newSite(files: Files, settings: SiteSettings = {}): Promise<BenchSite> {
  const site = await newProject(files, settings);
  await site.publish();
  return site;
}

async function writeFiles(dir: string, files: Files): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const target = join(dir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
}

/** The port is in the signed release, so it must be known before the server runs. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric port');
  return address.port;
}

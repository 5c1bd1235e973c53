/** A seek into the middle of a large sound, and a second of playing it: from the origin alone, and from a peer. */
import { randomFillSync } from 'node:crypto';
import { type Browser, type BrowserContext, type Page, TargetType } from 'puppeteer';
import type {} from '../loader/api.ts';
import type { Serving } from '../publisher/index.ts';
import { launchChromium } from '../scripts/launch-browser.ts';
import { bench } from './bench.ts';
import { browserVersion } from './browser-version.ts';
import { htmlPage } from './page-scripts.ts';
import type { Measured, Table } from './result.ts';
import { newSite, type BenchSite } from './site.ts';
import { median, medianAndSpread } from './statistics.ts';

const ways = ['plain HTTP', 'Shoal, origin alone', 'Shoal, from a peer'] as const;
type Way = (typeof ways)[number];

const MiB = 1024 * 1024;
const path = '/film.wav';
/** 96 kHz, two channels, 32 bits: 6.1 Mbit/s, as a film. */
const bytesPerSecond = 96_000 * 2 * 4;
/** What the peer has: from a little before the place that is sought. */
const peerBytes = 24 * MiB;

interface Play {
  readonly way: Way;
  readonly metadataMs: number;
  readonly seekMs: number;
  readonly playMs: number;
  /** What the player says that it holds. */
  readonly bufferedBytes: number;
  readonly originBytes: number;
  readonly swarmBytes: number;
  readonly workerBytes: number;
  readonly pageBytes: number;
}

export const media = bench({
  name: 'media',
  title: 'A seek into a large sound',
  options: {
    megabytes: { default: 500, min: 50, max: 500, help: 'size of the sound' },
    pace: { default: 5_000_000, min: 1_000_000, max: 1_000_000_000, help: "the origin's bytes per second" },
    runs: { default: 5, min: 1, max: 50, help: 'new visitors each way, interleaved' },
  },
  run: async ({ megabytes, pace, runs }, say): Promise<Measured> => {
    const size = megabytes * 1_000_000;
    const site = await newSite({
      'plain.html': htmlPage('<audio preload="auto"></audio>'),
      'shoal.html': htmlPage('<script src="/shoal.js" async></script><audio preload="auto"></audio>'),
      'film.wav': noise(size),
    });
    const { browser, close } = await launchChromium();
    const plays: Play[] = [];
    try {
      for (let run = 0; run < runs; run++) {
        for (const way of ways) plays.push(await playOnce(browser, site, way, size, pace));
        say(`run ${run + 1} of ${runs}`);
      }
    } finally {
      await close();
      site.remove();
    }
    return {
      tables: [tableOf(plays, `${megabytes} MB, origin ${pace / 1e6} MB/s, ${runs} new visitors each way`)],
      notes: [
        'PCM of 6.1 Mbit/s. Times of the seek run from setting `currentTime` to `seeked`, those of playing to one second ' +
          'of sound after that. Chromium reads ahead by itself, some megabytes; "beyond" is what came over the network ' +
          'and is not in what the player holds at the end. Memory is what is in use after a collection.',
      ],
      samples: plays.map((play) => ({ ...play })),
      browser: await browserVersion(),
    };
  },
});

/** RIFF/WAVE of noise. */
function noise(size: number): Uint8Array {
  const bytes = randomFillSync(Buffer.alloc(size));
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(size - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(96_000, 24);
  bytes.writeUInt32LE(bytesPerSecond, 28);
  bytes.writeUInt16LE(8, 32);
  bytes.writeUInt16LE(32, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(size - 44, 40);
  return bytes;
}

async function playOnce(
  browser: Browser,
  site: BenchSite,
  way: Way,
  size: number,
  pace: number,
): Promise<Play> {
  const target = Math.floor(size / 2);
  let serving: Serving = await site.start(0);
  const contexts: BrowserContext[] = [];
  const open = async (): Promise<Page> => {
    const context = await browser.createBrowserContext();
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(`${site.origin}/${way === 'plain HTTP' ? 'plain' : 'shoal'}.html`);
    await page.evaluate(async () => window.shoal?.ready);
    return page;
  };
  try {
    const peer = way === 'Shoal, from a peer' ? await open() : undefined;
    if (peer)
      for (const from of [0, target - MiB]) await fetchRange(peer, from, from === 0 ? MiB : peerBytes);
    await serving.close();
    serving = await site.start(pace);
    const page = await open();
    if (peer) {
      const hasPeer = (): boolean => window.shoal?.stats().peers === 1;
      await page.waitForFunction(hasPeer, { timeout: 60_000 });
    }
    const before = serving.originCounts().paths.get(path)?.bytes ?? 0;
    const played = await seekAndPlay(page, target / bytesPerSecond);
    const originBytes = (serving.originCounts().paths.get(path)?.bytes ?? 0) - before;
    const swarmBytes = await page.evaluate(() => window.shoal?.stats().swarmBytes ?? 0);
    return { way, ...played, originBytes, swarmBytes, ...(await memoryOf(page)) };
  } finally {
    for (const context of contexts) await context.close();
    await serving.close();
  }
}

function fetchRange(page: Page, from: number, bytes: number): Promise<void> {
  return page.evaluate(
    async (url, range) => {
      await (await fetch(url, { headers: { range } })).arrayBuffer();
    },
    path,
    `bytes=${from}-${from + bytes - 1}`,
  );
}

function seekAndPlay(
  page: Page,
  atSeconds: number,
): Promise<Pick<Play, 'metadataMs' | 'seekMs' | 'playMs' | 'bufferedBytes'>> {
  return page.evaluate(
    async (url, at, rate) => {
      const player = document.querySelector('audio');
      if (player === null) throw new Error('there is no player');
      const happens = (name: string): Promise<number> =>
        new Promise((resolve, reject) => {
          player.addEventListener(name, () => resolve(performance.now()), { once: true });
          player.addEventListener('error', () => reject(new Error(player.error?.message)), { once: true });
        });
      player.muted = true;
      const startMs = performance.now();
      const metadata = happens('loadedmetadata');
      player.src = url;
      const metadataMs = (await metadata) - startMs;
      const seekStartMs = performance.now();
      const sought = happens('seeked');
      player.currentTime = at;
      const seekMs = (await sought) - seekStartMs;
      await player.play();
      while (player.currentTime < at + 1) await new Promise((resolve) => setTimeout(resolve, 5));
      const playMs = performance.now() - seekStartMs;
      let seconds = 0;
      for (let i = 0; i < player.buffered.length; i++) {
        seconds += player.buffered.end(i) - player.buffered.start(i);
      }
      player.src = '';
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { metadataMs, seekMs, playMs, bufferedBytes: Math.round(seconds * rate) };
    },
    path,
    atSeconds,
    bytesPerSecond,
  );
}

async function memoryOf(page: Page): Promise<Pick<Play, 'workerBytes' | 'pageBytes'>> {
  const worker = page
    .browser()
    .targets()
    .find(
      (each) => each.type() === TargetType.SERVICE_WORKER && each.browserContext() === page.browserContext(),
    );
  const used = async (target: { createCDPSession: Page['createCDPSession'] }): Promise<number> => {
    const session = await target.createCDPSession();
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
    await session.detach();
    return usedSize + backingStorageSize;
  };
  return { workerBytes: worker === undefined ? 0 : await used(worker), pageBytes: await used(page) };
}

function tableOf(plays: readonly Play[], title: string): Table {
  const of = (way: Way, value: (play: Play) => number): number[] =>
    plays.filter((play) => play.way === way).map(value);
  const ratio = (way: Way, value: (play: Play) => number): string =>
    (median(of(way, value)) / median(of('plain HTTP', value))).toFixed(2);
  const beyond = ({ originBytes, swarmBytes, bufferedBytes }: Play): number =>
    Math.max(0, originBytes + swarmBytes - bufferedBytes) / 1024;
  return {
    title: `${title}; median (smallest - largest)`,
    columns: [
      '',
      'metadata, ms',
      'seek, ms',
      'seek / plain',
      'a second played, ms',
      'played / plain',
      'from the origin, MB',
      'from peers, MB',
      'beyond, KiB',
      'worker, MB',
      'page, MB',
    ],
    rows: ways.map((way) => [
      way,
      medianAndSpread(
        of(way, (play) => play.metadataMs),
        0,
      ),
      medianAndSpread(
        of(way, (play) => play.seekMs),
        0,
      ),
      ratio(way, (play) => play.seekMs),
      medianAndSpread(
        of(way, (play) => play.playMs),
        0,
      ),
      ratio(way, (play) => play.playMs),
      median(of(way, (play) => play.originBytes / 1e6)).toFixed(2),
      median(of(way, (play) => play.swarmBytes / 1e6)).toFixed(2),
      median(of(way, beyond)).toFixed(0),
      Math.max(...of(way, (play) => play.workerBytes / 1e6)).toFixed(1),
      Math.max(...of(way, (play) => play.pageBytes / 1e6)).toFixed(1),
    ]),
  };
}

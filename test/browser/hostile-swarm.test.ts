/**
 * Swarms of which many send wrong bytes, against the whole product. A small part of it: `npm run soak -- polluters`
 * sends 10,000 wrong pieces in each browser, and loads a hundred times among polluters.
 */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { expectEverything, keptDigests } from '../support/visits.ts';
import { polluter, type Pollution } from '../support/wire-peer/lies.ts';
import { packsOf, placeOf } from '../support/wire-peer/site-packs.ts';
import type { Wire } from '../support/wire-peer/wire.ts';
import { wirePeersOf } from '../support/wire-peer/wire-peer.ts';

const wrongPieces = Number(process.env['SHOAL_WRONG_PIECES'] ?? 40);
const loads = Number(process.env['SHOAL_HOSTILE_LOADS'] ?? 3);
const isFull = loads >= 50;
const fractions = isFull ? [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] : [0.1, 0.5, 1];
/** Of a few loads the largest says too little, and their times are only told. */
const quantile = isFull ? 0.95 : 0.5;
const timeoutMs = wrongPieces > 60 || isFull ? 3_600_000 : 60_000;
const swarmSize = 20;

const html =
  '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
/** Many assets of two pieces: each may cost a piece or two before it is left to HTTP. */
const files = {
  'index.html': html,
  'alone.html': html.replace(' async', ' async data-swarm="off"'),
  ...Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`many/${i}.bin`, randomBytes(70_000)])),
};

inEachBrowser((kind) => {
  // Many loads beside twenty peers: now and then a worker takes its time.
  const stage = siteForSuite(files, { kind, swarm: { readyTimeoutMs: 20_000 } });
  const { visits } = stage;
  const wirePeer = wirePeersOf(() => placeOf(stage.site));

  /** A new visitor with so many peers at least, who then leaves; the time that everything took. */
  async function load(peers: number, path = '/'): Promise<number> {
    const visit = await visits.fresh(path);
    await visit.page.waitForFunction(
      (count) => (window.shoal?.stats().peers ?? 0) >= count,
      { polling: 20 },
      peers,
    );
    const startedMs = performance.now();
    await expectEverything(visit.page, files);
    const ms = performance.now() - startedMs;
    for (const { key, digest } of await keptDigests(visit.page)) expect(digest).toBe(key);
    await visit.visitor.close();
    return ms;
  }

  async function join(count: number, pollution?: Pollution): Promise<void> {
    const packs = await packsOf(stage.site);
    const script = pollution?.script ?? {};
    await Promise.all(Array.from({ length: count }, () => wirePeer({ packs, script, dialsNewcomers: true })));
  }

  it(
    `[H1, H2] ${wrongPieces} wrong pieces of twenty peers: no wrong byte is answered or kept`,
    async () => {
      const atOnce = polluter();
      // Most prove themselves with a good piece first, and are asked for several at a time then.
      const firstPieces = new Map<Wire, number>();
      const later = polluter((piece, wire) => {
        if (!firstPieces.has(wire)) firstPieces.set(wire, piece);
        return firstPieces.get(wire) !== piece;
      });
      await join(swarmSize / 5, atOnce);
      await join((swarmSize * 4) / 5, later);
      for (let done = 1; atOnce.wrongPieces + later.wrongPieces < wrongPieces; done++) {
        await load(3);
        const pieces = atOnce.wrongPieces + later.wrongPieces;
        const wrongBytes = atOnce.wrongBytes + later.wrongBytes;
        // A long run may be stopped.
        if (done % 50 === 0 || pieces >= wrongPieces)
          process.stdout.write(`${pieces} wrong pieces, ${wrongBytes} bytes, in ${done} loads\n`);
      }
    },
    timeoutMs,
  );

  it(
    '[H3] 10 to 100 % polluters among twenty: every load completes',
    async () => {
      await stage.site.stop();
      await stage.site.start({ paceBytesPerSecond: 5_000_000 });
      const alone: number[] = [];
      const among: number[] = [];
      for (const fraction of fractions) {
        const bad = Math.round(fraction * swarmSize);
        await join(bad, polluter());
        await join(swarmSize - bad);
        for (let i = 0; i < loads / fractions.length; i++) {
          alone.push(await load(0, '/alone.html'));
          among.push(await load(1));
        }
        wirePeer.closeAll();
      }
      const [aloneMs, amongMs] = [quantileOf(alone), quantileOf(among)];
      console.info(
        `${quantile}: ${aloneMs.toFixed(0)} ms over HTTP alone, ${amongMs.toFixed(0)} ms among polluters`,
      );
      if (isFull) expect(amongMs).toBeLessThanOrEqual(1.2 * aloneMs + 300);
    },
    timeoutMs,
  );
});

function quantileOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(quantile * sorted.length) - 1] ?? Infinity;
}

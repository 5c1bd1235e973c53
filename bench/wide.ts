/** Over a wide area: access lines with rate, delay and loss; Shoal beside plain HTTP and WebTorrent. */
import { bench, type Settings } from './bench.ts';
import { browserVersion } from './browser-version.ts';
import type { Way } from './crowd-load.ts';
import type { AccessLine } from './net/lab.ts';
import { newPayloadSite } from './payload.ts';
import type { Measured, Table } from './result.ts';
import { localSwarm } from './site.ts';
import { median, medianAndSpread, quantile } from './statistics.ts';
import { loadWide, wideAddress, widePort, type WideLoad, type WideSettings } from './wide-load.ts';

const ways = ['plain HTTP', 'Shoal', 'WebTorrent, default', 'WebTorrent, rarest first'] as const;

const options = {
  visitors: { default: 1, min: 1, max: 8, help: 'who come, each a host with a browser of its own' },
  seeds: { default: 3, min: 0, max: 6, help: 'who are there and have everything, each likewise' },
  bytes: { default: 5_000_000, min: 100_000, max: 100_000_000, help: 'size of the payload' },
  assets: { default: 5, min: 1, max: 100, help: 'of which the payload consists; all are asked for at once' },
  rtt: { default: 40, min: 0, max: 1000, help: 'ms of the round trip between any two hosts' },
  origin: { default: 100, min: 1, max: 1000, help: "Mbit/s of the origin's line, both ways" },
  up: { default: 20, min: 1, max: 1000, help: "Mbit/s of seeds' and visitors' uplinks" },
  down: { default: 50, min: 1, max: 1000, help: 'Mbit/s of their downlinks' },
  queue: { default: 150, min: 5, max: 5000, help: 'ms that a line lets frames wait before it drops' },
  jitter: { default: 0, min: 0, max: 500, help: 'ms that a line adds at most, at random' },
  loss: { default: 0, min: 0, max: 1000, help: 'frames of 10,000 that each line loses at random' },
  spacing: { default: 50, min: 0, max: 60_000, help: 'ms between the starts of two visitors' },
  runs: { default: 3, min: 1, max: 20, help: 'how often each way is measured, interleaved' },
};
type WideOptions = Settings<keyof typeof options>;

export const wide = bench({
  name: 'wide',
  title: 'Over access lines with rate, delay and loss',
  options,
  run: async (given, say): Promise<Measured> => {
    const settings = settingsOf(given);
    const site = await newPayloadSite(
      given.bytes,
      given.assets,
      localSwarm,
      `http://${wideAddress}:${widePort}`,
    );
    const loads = new Map<Way, WideLoad[]>(ways.map((way) => [way, []]));
    try {
      for (let run = 0; run < given.runs; run++) {
        const order = [...ways.slice(run % ways.length), ...ways.slice(0, run % ways.length)];
        for (const way of order) {
          const load = await loadWide(site, way, settings);
          loads.get(way)?.push(load);
          say(`run ${run + 1} of ${given.runs}, ${way}: ${inShort(load, settings)}`);
        }
      }
    } finally {
      site.remove();
    }
    return {
      tables: [tableOf(loads, settings, given)],
      notes: notesOf(loads),
      samples: [...loads].flatMap(([way, list]) => list.flatMap((load, run) => samplesOf(way, run, load))),
      browser: await browserVersion(),
    };
  },
});

function settingsOf(given: WideOptions): WideSettings {
  const line = (upMbit: number, downMbit: number): AccessLine => ({
    upMbit,
    downMbit,
    // Two hosts, there and back: four times.
    delayMs: given.rtt / 4,
    jitterMs: given.jitter,
    lossPercent: given.loss / 100,
    queueMs: given.queue,
  });
  const home = (): AccessLine => line(given.up, given.down);
  return {
    origin: line(given.origin, given.origin),
    seeds: Array.from({ length: given.seeds }, home),
    visitors: Array.from({ length: given.visitors }, home),
    spacingMs: given.spacing,
    payloadBytes: given.bytes,
  };
}

function shareFromPeers(load: WideLoad, { payloadBytes }: WideSettings): number {
  return 1 - load.originPayloadBytes / (Math.max(1, load.outcomes.length) * payloadBytes);
}

function inShort(load: WideLoad, settings: WideSettings): string {
  if (load.outcomes.length === 0) return `nobody got the payload: ${load.problems.join('; ')}`;
  const share = (100 * shareFromPeers(load, settings)).toFixed(1);
  const done = median(load.outcomes.map(({ doneMs }) => doneMs)).toFixed(0);
  const asked = median(load.outcomes.map(({ askedMs, doneMs }) => doneMs - askedMs)).toFixed(0);
  const own = load.ownTripMs.p95.toFixed(0);
  return `${share} % from peers, ${done} ms, ${asked} ms of it after it was asked; own traffic ${own} ms, ${load.dropped} dropped`;
}

const columns = [
  '',
  '% from peers',
  'navigation to all bytes, ms',
  '95th percentile, ms',
  'library there to all bytes, ms',
  'time / plain',
  'ready to all bytes, ms',
  'ready / plain',
  "giver's own round trip, ms",
  '95th percentile, ms',
  'dropped frames',
  'long tasks (longest, ms)',
  'timer late (p95), ms',
] as const;

function tableOf(
  loads: ReadonlyMap<Way, readonly WideLoad[]>,
  settings: WideSettings,
  given: WideOptions,
): Table {
  const complete = (way: Way): WideLoad[] =>
    (loads.get(way) ?? []).filter(({ outcomes }) => outcomes.length > 0);
  const over = (way: Way, of: (outcome: WideLoad['outcomes'][number]) => number, q = 0.5): number[] =>
    complete(way).map(({ outcomes }) => quantile(outcomes.map(of), q));
  const libraryMs = (way: Way): number[] => over(way, ({ startMs, doneMs }) => doneMs - startMs);
  const readyMs = (way: Way): number[] => over(way, ({ askedMs, doneMs }) => doneMs - askedMs);
  const toPlain = (values: readonly number[]): string => {
    const plain = libraryMs('plain HTTP');
    return plain.length === 0 ? '-' : (median(values) / median(plain)).toFixed(2);
  };
  const rows = ways.map((way) => {
    const own = complete(way);
    if (own.length === 0) return [way, ...Array.from({ length: columns.length - 1 }, () => '-')];
    return [
      way,
      medianAndSpread(
        own.map((load) => 100 * shareFromPeers(load, settings)),
        1,
      ),
      medianAndSpread(
        over(way, ({ doneMs }) => doneMs),
        0,
      ),
      medianAndSpread(
        over(way, ({ doneMs }) => doneMs, 0.95),
        0,
      ),
      medianAndSpread(libraryMs(way), 0),
      toPlain(libraryMs(way)),
      medianAndSpread(readyMs(way), 0),
      toPlain(readyMs(way)),
      medianAndSpread(
        own.map(({ ownTripMs }) => ownTripMs.median),
        0,
      ),
      medianAndSpread(
        own.map(({ ownTripMs }) => ownTripMs.p95),
        0,
      ),
      medianAndSpread(
        own.map(({ dropped }) => dropped),
        0,
      ),
      longTasksOf(own),
      medianAndSpread(
        own.map(({ latenessMs }) => latenessMs),
        0,
      ),
    ];
  });
  const { visitors, seeds, bytes, assets, rtt, origin, up, down, queue, jitter, loss, runs } = given;
  return {
    title:
      `${visitors} visitors, ${seeds} seeds, ${(bytes / 1e6).toFixed(1)} MB in ${assets} assets; lines ${up} Mbit/s up and ${down} down, ` +
      `origin ${origin}; round trip ${rtt} ms, queues ${queue} ms, jitter ${jitter} ms, loss ${loss / 100} %; median of ${runs} runs (smallest - largest)`,
    columns,
    rows,
  };
}

function longTasksOf(loads: readonly WideLoad[]): string {
  const all = loads.flatMap(({ longTasksMs }) => longTasksMs);
  return all.length === 0 ? '0' : `${all.length} (${Math.max(...all).toFixed(0)})`;
}

function notesOf(loads: ReadonlyMap<Way, readonly WideLoad[]>): string[] {
  const troubles = [...loads].flatMap(([way, list]) => {
    const why = list.flatMap(({ problems, outcomes }) => [
      ...problems,
      ...outcomes.flatMap(({ without }) => without || []),
    ]);
    return why.length === 0
      ? []
      : [
          `${way}: ${why.length} visits without all bytes or without the library (${[...new Set(why)].join('; ')}).`,
        ];
  });
  return [
    'Each host is a network namespace with a Chromium of its own behind a line of its own; the hub is at the origin, behind the same line. ' +
      'Plain HTTP finds the origin idle but for its visitors. "Library there": it has been loaded and begins; for Shoal that is the tag alone, ' +
      'worker, engine and connections come after it. "Ready": `shoal.ready` has resolved. The giver’s own round trip is that of datagrams between ' +
      'the first seed (without seeds, the first visitor) and a host that does nothing else, while the visitors load. Long tasks (over 50 ms) and timers are those of the visitors’ pages.',
    ...troubles,
  ];
}

function samplesOf(way: Way, run: number, load: WideLoad): Measured['samples'] {
  const { outcomes, originPayloadBytes, ownTripMs, dropped, latenessMs, longTasksMs } = load;
  return [
    {
      way,
      run,
      originPayloadBytes,
      dropped,
      latenessMs,
      longTasks: longTasksMs.map((ms) => ms.toFixed(0)).join(' '),
      ownTripMedianMs: ownTripMs.median,
      ownTripP95Ms: ownTripMs.p95,
      ownTripLostPercent: ownTripMs.lostPercent,
      incomplete: load.problems.length,
    },
    ...outcomes.map((outcome, page) => ({ way, run, page, ...outcome })),
  ];
}

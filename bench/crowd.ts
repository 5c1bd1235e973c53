/** A crowd of new visitors at a paced origin: Shoal beside plain HTTP and beside WebTorrent with a web seed. */
import { bench } from './bench.ts';
import { browserVersion } from './browser-version.ts';
import { loadOnce, ways, type CrowdLoad, type CrowdSettings, type Way } from './crowd-load.ts';
import { newPayloadSite } from './payload.ts';
import type { Measured, Table } from './result.ts';
import { localSwarm } from './site.ts';
import { median, medianAndSpread, quantile } from './statistics.ts';

export const crowd = bench({
  name: 'crowd',
  title: 'New visitors within a short time, origin paced',
  drawn: ['% from peers', 'median, s', 'CPU, s'],
  options: {
    pages: { default: 5, min: 2, max: 30, help: 'visitors, each a context of its own' },
    spacing: { default: 50, min: 0, max: 10_000, help: 'ms between the starts of two visitors' },
    bytes: {
      default: 10 * 1024 * 1024,
      min: 1024 * 1024,
      max: 100 * 1024 * 1024,
      help: 'size of the payload',
    },
    assets: {
      default: 10,
      min: 1,
      max: 100,
      help: 'of which the payload consists; all are asked for at once',
    },
    pace: { default: 5_000_000, min: 10_000, max: 1_000_000_000, help: "the origin's bytes per second" },
    runs: { default: 3, min: 1, max: 20, help: 'how often each way is measured, interleaved' },
  },
  run: async ({ pages, spacing, bytes, assets, pace, runs }, say): Promise<Measured> => {
    const settings = { pages, spacingMs: spacing, payloadBytes: bytes, paceBytesPerSecond: pace };
    const site = await newPayloadSite(bytes, assets, localSwarm);
    const runsOf: Record<Way, CrowdLoad[]> = {
      'plain HTTP': [],
      Shoal: [],
      'WebTorrent, default': [],
      'WebTorrent, rarest first': [],
    };
    try {
      for (let run = 0; run < runs; run++) {
        for (const way of rotated(run)) {
          const load = await loadOnce(site, way, settings);
          runsOf[way].push(load);
          say(`run ${run + 1} of ${runs}, ${way}: ${inShort(load, settings)}`);
        }
      }
    } finally {
      site.remove();
    }
    return {
      tables: [tableOf(runsOf, settings, assets, runs)],
      notes: notesOf(runsOf, settings),
      samples: ways.flatMap((way) => runsOf[way].flatMap((load, run) => samplesOf(way, run, load))),
      browser: await browserVersion(),
    };
  },
});

/** Every way comes first once: what was before it must not favour any. */
function rotated(run: number): Way[] {
  const from = run % ways.length;
  return [...ways.slice(from), ...ways.slice(0, from)];
}

/** By the origin's count, so that what pages received in vain counts against it. */
function shareFromPeers(load: CrowdLoad, { payloadBytes }: CrowdSettings): number {
  return 1 - load.originPayloadBytes / (Math.max(1, load.outcomes.length) * payloadBytes);
}

function inShort(load: CrowdLoad, settings: CrowdSettings): string {
  const share = `${(100 * shareFromPeers(load, settings)).toFixed(1)} % from peers`;
  if (load.outcomes.length === 0) return `nobody got the payload: ${load.problems.join('; ')}`;
  return `${share}, median ${(median(load.outcomes.map(({ doneMs }) => doneMs)) / 1000).toFixed(2)} s`;
}

function tableOf(
  runsOf: Readonly<Record<Way, readonly CrowdLoad[]>>,
  settings: CrowdSettings,
  assets: number,
  runs: number,
): Table {
  const { pages, spacingMs, payloadBytes, paceBytesPerSecond } = settings;
  const medianMs = (way: Way): number => median(medians(runsOf[way], ({ doneMs }) => doneMs));
  const rows = ways.map((way) => {
    const loads = runsOf[way].filter(({ outcomes }) => outcomes.length > 0);
    if (loads.length === 0) return [way, ...Array.from({ length: columns.length - 1 }, () => '-')];
    const p95 = loads.map(({ outcomes }) =>
      quantile(
        outcomes.map(({ doneMs }) => doneMs / 1000),
        0.95,
      ),
    );
    const cpu = loads.flatMap(({ cpuSeconds }) => (cpuSeconds === undefined ? [] : [cpuSeconds]));
    const ratio = (to: Way): string =>
      runsOf[to].some(({ outcomes }) => outcomes.length > 0)
        ? (medianMs(way) / medianMs(to)).toFixed(2)
        : '-';
    return [
      way,
      medianAndSpread(
        loads.map((load) => 100 * shareFromPeers(load, settings)),
        1,
      ),
      medianAndSpread(
        medians(loads, ({ doneMs }) => doneMs / 1000),
        2,
      ),
      medianAndSpread(p95, 2),
      medianAndSpread(
        medians(loads, ({ startMs, doneMs }) => (doneMs - startMs) / 1000),
        2,
      ),
      ratio('plain HTTP'),
      ratio('WebTorrent, rarest first'),
      medianAndSpread(
        loads.map(({ originPayloadBytes }) => originPayloadBytes / 1e6),
        1,
      ),
      medianAndSpread(
        loads.map(({ originOtherBytes }) => originOtherBytes / 1e6),
        1,
      ),
      cpu.length === 0 ? '-' : medianAndSpread(cpu, 1),
      median(loads.map((load) => wastedPercent(load))).toFixed(1),
    ];
  });
  const limit = `limit ${((100 * (pages - 1)) / pages).toFixed(1)}`;
  return {
    title:
      `${pages} visitors, ${spacingMs} ms apart, ${(payloadBytes / 1e6).toFixed(1)} MB in ${assets} assets, origin ${paceBytesPerSecond / 1e6} MB/s; ` +
      `median of ${runs} runs (smallest - largest)`,
    columns: columns.map((column) => column.replace('LIMIT', limit)),
    rows,
  };
}

const columns = [
  '',
  '% from peers (LIMIT)',
  'median, s',
  '95th percentile, s',
  'without library, s',
  'time / plain',
  'time / rarest first',
  'origin: payload, MB',
  'origin: other, MB',
  'CPU, s',
  'wasted, %',
] as const;

function medians(
  loads: readonly CrowdLoad[],
  of: (outcome: CrowdLoad['outcomes'][number]) => number,
): number[] {
  return loads.filter(({ outcomes }) => outcomes.length > 0).map(({ outcomes }) => median(outcomes.map(of)));
}

function wastedPercent({ outcomes }: CrowdLoad): number {
  const sum = (of: 'wastedBytes' | 'bytes'): number =>
    outcomes.reduce((total, outcome) => total + outcome[of], 0);
  return (100 * sum('wastedBytes')) / sum('bytes');
}

function notesOf(runsOf: Readonly<Record<Way, readonly CrowdLoad[]>>, { pages }: CrowdSettings): string[] {
  const withoutLibrary = ways.flatMap((way) => {
    const reasons = runsOf[way].flatMap(({ outcomes }) => outcomes.flatMap(({ without }) => without || []));
    if (reasons.length === 0) return [];
    const why = [...new Set(reasons)].join(', ');
    return [
      `${way}: ${reasons.length} of ${pages * runsOf[way].length} visitors loaded by plain HTTP (${why}); they are in the figures.`,
    ];
  });
  const incomplete = ways.flatMap((way) => {
    const problems = runsOf[way].flatMap((load) => load.problems);
    const visits = pages * runsOf[way].length;
    if (problems.length === 0) return [];
    return [
      `${way}: ${problems.length} of ${visits} visitors without all bytes (${[...new Set(problems)].join('; ')}).`,
    ];
  });
  return [
    '"From peers" is what the origin did not have to send of the payload, by its own count. Times run from the start of the ' +
      'navigation, so they include the loading of each library through the same paced origin; "without library" ' +
      'begins when the library is there and is asked for the payload. CPU is that of all processes of the browser.',
    ...withoutLibrary,
    ...incomplete,
  ];
}

function samplesOf(way: Way, run: number, load: CrowdLoad): Measured['samples'] {
  const { outcomes, originPayloadBytes, originOtherBytes, cpuSeconds = -1 } = load;
  return [
    { way, run, originPayloadBytes, originOtherBytes, cpuSeconds, incomplete: load.problems.length },
    ...outcomes.map((outcome, page) => ({ way, run, page, ...outcome })),
  ];
}

/** Crowds that are simulated, with the real policy: what leaves the origin, and how long it takes, beside what is possible. */
import { bench } from './bench.ts';
import type { Measured, Table } from './result.ts';
import { Chance } from './simulation/chance.ts';
import { usualCrowd, type Crowd } from './simulation/crowd.ts';
import { playDay } from './simulation/day.ts';
import { playLargeCrowd } from './simulation/large-crowd.ts';
import { playCrowd } from './simulation/world.ts';
import { quantile } from './statistics.ts';

const flashMs = 10_000;
const steadyMs = 3_600_000;
const meanStayMs = 300_000;
const sizes = [2, 10, 100, 1_000, 10_000, 100_000];
/** Larger crowds are not played message by message. */
const exactLimit = 100;

interface Sample {
  readonly scenario: 'flash crowd' | 'steady' | 'day';
  readonly model: 'messages' | 'steps' | 'requests';
  readonly visitors: number;
  readonly fromPeers: number;
  readonly possible: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly possibleMs: number;
}

type Play = (visitors: number, chance: Chance) => Sample;

export const simulation = bench({
  name: 'simulation',
  title: 'Simulated crowds',
  options: {
    largest: { default: 100_000, min: 2, max: 1_000_000, help: 'visitors of the largest crowd' },
    seed: { default: 1, min: 0, max: 2 ** 31, help: 'of all chance' },
  },
  run: async ({ largest, seed }, say): Promise<Measured> => {
    const visitors = sizes.filter((size) => size <= largest);
    const samples: Sample[] = [];
    for (const [play, from, to] of [
      [flashByMessages, 0, exactLimit],
      [flashInSteps, exactLimit, Infinity],
      [steady, 0, Infinity],
      [day, 0, Infinity],
    ] satisfies readonly (readonly [Play, number, number])[]) {
      for (const size of visitors.filter((one) => one >= from && one <= to)) {
        const sample = play(size, new Chance(seed));
        samples.push(sample);
        say(`${sample.scenario}, ${size} visitors: ${percent(sample.fromPeers)} % from peers`);
      }
    }
    return {
      tables: tablesOf(samples),
      notes,
      samples: samples.map((sample) => ({ ...sample })),
      browser: '',
    };
  },
});

const notes = [
  'Homes of 10 Mbit/s up and 50 down, 40 ms each way, an origin of 5 MB/s for all together. Flash crowd and steady visitors want the same 8 MiB ' +
    'in 32 pieces. "Messages": each claim and each piece travels by itself, and the real `policy/claims.ts` decides; time is played in ' +
    'steps of 10 ms. "Steps": steps of 200 ms, claims are known at once, who asks is ranked as in the policy. 100 visitors are ' +
    'played both ways, to see what the coarser one leaves out. In steady arrivals a visitor stays 5 minutes in the mean after it has everything.',
  'The day: 1,000 assets of 64 KiB to 8 MiB, wanted in proportion to 1 / rank ^ 0.9, ten by each visitor, which stays 5 minutes in the mean and comes ' +
    'with an empty cache; arrivals swing by 80 % about their mean. Each asset is a pack of its own, and nobody is ever too busy to give. What is possible ' +
    'is what anybody there has; a page gets what a member in three steps has (policy/search.ts), and then has a link to it.',
  'The shortest time of a flash crowd is the longest of: one copy through a downlink, one out of the origin, all copies out of the origin and all uplinks; elsewhere it is one copy through a downlink.',
];

function flashByMessages(visitors: number, chance: Chance): Sample {
  const crowd = flash(visitors, chance);
  const { timesMs, originBytes, receivedBytes } = playCrowd(crowd, chance);
  return {
    scenario: 'flash crowd',
    model: 'messages',
    visitors,
    fromPeers: 1 - originBytes / receivedBytes,
    possible: 1 - 1 / visitors,
    possibleMs: shortestMs(visitors),
    ...timesOf(timesMs),
  };
}

function flashInSteps(visitors: number, chance: Chance): Sample {
  const { timesMs, originBytes, receivedBytes } = playLargeCrowd(
    flash(visitors, chance),
    () => Infinity,
    chance,
  );
  return {
    scenario: 'flash crowd',
    model: 'steps',
    visitors,
    fromPeers: 1 - originBytes / receivedBytes,
    possible: 1 - 1 / visitors,
    possibleMs: shortestMs(visitors),
    ...timesOf([...timesMs]),
  };
}

function steady(visitors: number, chance: Chance): Sample {
  const crowd = { ...usualCrowd, arrivalsMs: arrivals(visitors, steadyMs, chance), untilMs: 2 * steadyMs };
  const stayMs = (): number => -Math.log(1 - chance.next()) * meanStayMs;
  const { timesMs, originBytes, receivedBytes, firsts } = playLargeCrowd(crowd, stayMs, chance);
  return {
    scenario: 'steady',
    model: 'steps',
    visitors,
    fromPeers: 1 - originBytes / receivedBytes,
    possible: 1 - firsts / visitors,
    possibleMs: payloadBytes / usualCrowd.downPerMs,
    ...timesOf([...timesMs]),
  };
}

function day(visitors: number, chance: Chance): Sample {
  const { timesMs, originBytes, absentBytes, receivedBytes } = playDay(usualCrowd, visitors, chance);
  return {
    scenario: 'day',
    model: 'requests',
    visitors,
    fromPeers: 1 - originBytes / receivedBytes,
    possible: 1 - absentBytes / receivedBytes,
    possibleMs: receivedBytes / visitors / usualCrowd.downPerMs,
    ...timesOf(timesMs),
  };
}

const payloadBytes = usualCrowd.pieces * usualCrowd.pieceBytes;

function flash(visitors: number, chance: Chance): Crowd {
  return { ...usualCrowd, arrivalsMs: arrivals(visitors, flashMs, chance) };
}

function arrivals(visitors: number, withinMs: number, chance: Chance): readonly number[] {
  return Array.from({ length: visitors }, () => chance.next() * withinMs).sort((a, b) => a - b);
}

function shortestMs(visitors: number): number {
  const { downPerMs, originPerMs, upPerMs } = usualCrowd;
  return Math.max(
    payloadBytes / downPerMs,
    payloadBytes / originPerMs,
    (visitors * payloadBytes) / (originPerMs + visitors * upPerMs),
  );
}

function timesOf(timesMs: readonly number[]): Pick<Sample, 'medianMs' | 'p95Ms'> {
  return { medianMs: quantile(timesMs, 0.5), p95Ms: quantile(timesMs, 0.95) };
}

function tablesOf(samples: readonly Sample[]): readonly Table[] {
  const titles = {
    'flash crowd': 'Flash crowd: all within 10 s, and all stay',
    steady: 'Steady: evenly over an hour',
    day: 'A day: 1,000 assets of which some are popular, arrivals with the hour',
  } as const;
  return (['flash crowd', 'steady', 'day'] as const).map((scenario) => ({
    title: titles[scenario],
    columns: [
      'visitors',
      'played by',
      '% from peers',
      'possible',
      'median, s',
      '95th percentile, s',
      'shortest, s',
    ],
    rows: samples
      .filter((sample) => sample.scenario === scenario)
      .map((sample) => [
        String(sample.visitors),
        sample.model,
        percent(sample.fromPeers),
        percent(sample.possible),
        seconds(sample.medianMs),
        seconds(sample.p95Ms),
        seconds(sample.possibleMs),
      ]),
  }));
}

function percent(share: number): string {
  return (100 * share).toFixed(share > 0.99 ? 3 : 1);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

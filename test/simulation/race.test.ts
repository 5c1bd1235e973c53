import { beforeAll, describe, expect, it } from 'vitest';
import { patienceFor } from '../../policy/patience.ts';
import { judgeRace, type Verdict } from './race-judge.ts';
import { originKinds, originStallMs, playRace, type Setting, swarmKinds } from './race-world.ts';
import { Chance } from '../../bench/simulation/chance.ts';

const histories = 12_000;
const chunkBytes = 65_536;

interface Played {
  readonly seed: number;
  readonly setting: Setting;
  readonly verdict: Verdict;
}

function settingFor(chance: Chance): Setting {
  const asset = Array.from({ length: chance.between(1, 40) }, (_, i) => i);
  const missing = asset.filter(() => chance.is(0.8));
  const chunks = missing.length === 0 ? [0] : missing;
  const outlook = chance.of(['none', 'part', 'part', 'whole', 'whole'] as const);
  const destination = chance.of(['', 'image', 'video', 'script', 'style']);
  const queuedBytes = chance.is(0.7) ? 0 : chance.between(0, 20) * chunkBytes;
  const waits = chance.is(0.3);
  const bytes = chunks.length * chunkBytes;
  const usual = patienceFor({ destination, bytes, outlook, queuedBytes, waits });
  const odd = {
    firstMs: chance.between(0, 500),
    stallMs: chance.between(1, 500),
    turnMs: chance.between(0, 500),
    totalMs: chance.between(1, 2_000),
  };
  return {
    chunks: chance.shuffled(chunks),
    outlook,
    patience: chance.is(0.7) ? usual : odd,
    swarm: chance.of(swarmKinds),
    origin: chance.is(0.4) ? 'good' : chance.of(originKinds),
    latenessMs: chance.is(0.5) ? 0 : chance.between(1, 25),
    busyUntilMs: chance.is(0.7) ? 0 : chance.between(1, 5_000),
  };
}

function play(seed: number): Played {
  const chance = new Chance(seed);
  const setting = settingFor(chance);
  return { seed, setting, verdict: judgeRace(setting, playRace(setting, chance)) };
}

/** What went wrong, with the seed that shows it. */
function those(played: readonly Played[], wrong: (one: Played) => boolean): readonly string[] {
  return played
    .filter(wrong)
    .slice(0, 10)
    .map(({ seed, setting, verdict }) => `seed ${seed}: ${JSON.stringify({ ...setting, ...verdict })}`);
}

describe(`a race, in ${histories} random histories,`, () => {
  let played: readonly Played[] = [];

  beforeAll(() => {
    played = Array.from({ length: histories }, (_, seed) => play(seed));
  }, 60_000);

  it('breaks no rule: asks only for what is missing, never waits too long, ends once, and then is silent [H7] [H8] [H14]', () => {
    expect(those(played, ({ verdict }) => verdict.broken.length > 0)).toEqual([]);
  });

  it('ends in bounded time, whatever the swarm and the origin do', () => {
    const tooLong = ({ setting, verdict }: Played): boolean => {
      const { chunks, patience, latenessMs } = setting;
      const originMs = 3_000 + chunks.length * 200 + originStallMs;
      const lastHopeMs = (chunks.length + 1) * (10_000 + latenessMs);
      return verdict.endedMs > patience.totalMs + latenessMs + originMs + lastHopeMs;
    };
    expect(those(played, tooLong)).toEqual([]);
  });

  it('is won whenever the origin is right, even if slow, whatever the swarm does [H1] [L2] [L3]', () => {
    const lost = ({ setting, verdict }: Played): boolean =>
      (setting.origin === 'good' || setting.origin === 'slow') && verdict.outcome !== 'done';
    expect(those(played, lost)).toEqual([]);
  });

  it('is won by a good swarm when the origin hangs, breaks or refuses [L7]', () => {
    const lost = ({ setting, verdict }: Played): boolean =>
      (setting.swarm === 'good' || setting.swarm === 'slow') &&
      setting.origin !== 'wrong' &&
      verdict.outcome !== 'done';
    expect(those(played, lost)).toEqual([]);
  });

  it('is lost where nobody has the bytes', () => {
    const won = ({ setting, verdict }: Played): boolean =>
      setting.origin === 'refusing' &&
      (setting.swarm === 'silent' || setting.swarm === 'polluted') &&
      verdict.outcome !== 'failed';
    expect(those(played, won)).toEqual([]);
  });

  it('sees every kind of swarm and origin, won and lost', () => {
    const seen = new Set(
      played.map(({ setting }) => `${setting.swarm} ${setting.origin} ${setting.outlook}`),
    );
    expect(seen.size).toBe(swarmKinds.length * originKinds.length * 3);
    expect(played.filter(({ verdict }) => verdict.outcome === 'done').length).toBeGreaterThan(histories / 2);
    expect(played.filter(({ verdict }) => verdict.outcome === 'failed').length).toBeGreaterThan(
      histories / 20,
    );
    console.table(whoWins(played));
  });
});

/** By kind of swarm, where it was worth asking and the origin was good: who brought the chunks. */
function whoWins(played: readonly Played[]): Record<string, Record<string, string>> {
  const rows: Record<string, Record<string, string>> = {};
  for (const swarm of swarmKinds) {
    const of = played.filter(
      ({ setting }) => setting.swarm === swarm && setting.origin === 'good' && setting.outlook !== 'none',
    );
    const share = (holds: (from: Verdict['chunksFrom']) => boolean): string =>
      percent(of.filter(({ verdict }) => holds(verdict.chunksFrom)).length, of.length);
    const sum = (source: 'swarm' | 'http'): number =>
      of.reduce((all, { verdict }) => all + verdict.chunksFrom[source], 0);
    rows[swarm] = {
      'swarm alone': share(({ http }) => http === 0),
      'HTTP alone': share((from) => from.swarm === 0),
      both: share((from) => from.swarm > 0 && from.http > 0),
      'chunks from swarm': percent(sum('swarm'), sum('swarm') + sum('http')),
    };
  }
  return rows;
}

function percent(part: number, all: number): string {
  return `${Math.round((100 * part) / all)} %`;
}

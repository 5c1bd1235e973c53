/** What a benchmark is to the command line. */
import type { Measured } from './result.ts';

/** A number on the command line: `--name 5`. */
export interface BenchOption {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly help: string;
}

/** Names of options to their values, all there. */
export type Settings<Name extends string> = Readonly<Record<Name, number>>;

export interface Bench {
  readonly name: string;
  readonly title: string;
  /** What the titles of columns begin with that are drawn as charts, too. */
  readonly drawn?: readonly string[];
  readonly options: Readonly<Record<string, BenchOption>>;
  /** `say`: progress for whoever waits. Ends everything it started. */
  readonly run: (
    settings: Readonly<Record<string, number>>,
    say: (text: string) => void,
  ) => Promise<Measured>;
}

/** Joins options with a function that knows their names. */
export function bench<Name extends string>(
  definition: Pick<Bench, 'name' | 'title' | 'drawn'> & {
    readonly options: Readonly<Record<Name, BenchOption>>;
    readonly run: (settings: Settings<Name>, say: (text: string) => void) => Promise<Measured>;
  },
): Bench {
  const { options } = definition;
  const isName = (name: string): name is Name => name in options;
  const names = Object.keys(options).filter(isName);
  return {
    ...definition,
    run: (given, say) => {
      const settings: Partial<Record<Name, number>> = {};
      for (const name of names) settings[name] = given[name] ?? options[name].default;
      if (!isComplete(settings, names)) throw new Error('an option of the benchmark has no value');
      return definition.run(settings, say);
    },
  };
}

function isComplete<Name extends string>(
  settings: Partial<Record<Name, number>>,
  names: readonly Name[],
): settings is Record<Name, number> {
  return names.every((name) => settings[name] !== undefined);
}

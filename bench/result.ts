/** What a benchmark leaves behind: tables for people, samples for whoever wants to compute something else. */
import * as v from 'valibot';
import type { Machine } from './machine.ts';

/** Cells are text, as they are to be read. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What the measuring itself gives. */
export interface Measured {
  readonly tables: readonly Table[];
  /** What a reader has to know to read the tables right. */
  readonly notes: readonly string[];
  /** Every single measurement. */
  readonly samples: readonly Readonly<Record<string, string | number | boolean>>[];
  /** Name and version, or `''` where none took part. */
  readonly browser: string;
}

/** A measurement with everything that belongs to it. */
export interface BenchResult extends Omit<Measured, 'browser'> {
  readonly bench: string;
  readonly title: string;
  /** How to run it again. */
  readonly command: string;
  readonly machine: Machine;
}

const text = v.string();
const schema = v.object({
  bench: text,
  title: text,
  command: text,
  machine: v.object({
    date: text,
    commit: text,
    cores: v.number(),
    cpu: text,
    memoryBytes: v.number(),
    system: text,
    node: text,
    browser: text,
    load: v.object({ before: v.number(), after: v.number() }),
  }),
  tables: v.array(v.object({ title: text, columns: v.array(text), rows: v.array(v.array(text)) })),
  notes: v.array(text),
  samples: v.array(v.record(text, v.union([text, v.number(), v.boolean()]))),
});

/** @throws Error with the place that is wrong, when the text is no benchmark's result. */
export function parseResult(json: string, file: string): BenchResult {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    throw new Error(`${file} is not JSON. Give files that were written with --json.`);
  }
  const parsed = v.safeParse(schema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Error(`${file} is no benchmark's result: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
}

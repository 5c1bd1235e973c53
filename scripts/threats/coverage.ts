/** Which tests of a run carry which identifiers: `[H9]` or `[E10, E11]` in the name of a test or of what it is in. */
import { relative } from 'node:path';
import * as v from 'valibot';
import { root } from '../root.ts';

const Report = v.object({
  testResults: v.array(
    v.object({
      name: v.string(),
      assertionResults: v.array(v.object({ fullName: v.string(), status: v.string() })),
    }),
  ),
});

/** What passed for one identifier. */
export interface Coverage {
  /** Test files below `test/`, in their order. */
  readonly files: readonly string[];
  /** `Chromium`, `Firefox`; none: the tests need no browser. */
  readonly browsers: readonly string[];
}

/** The tests that passed, by identifier. `reports` are vitest's JSON reports. */
export function coverageOf(reports: readonly unknown[]): ReadonlyMap<string, Coverage> {
  const found = new Map<string, { files: Set<string>; browsers: Set<string> }>();
  for (const { name, assertionResults } of reports.flatMap((report) => v.parse(Report, report).testResults)) {
    const file = relative(`${root}test`, name);
    for (const { fullName } of assertionResults.filter(({ status }) => status === 'passed')) {
      for (const id of identifiersIn(fullName)) {
        const entry = found.get(id) ?? { files: new Set(), browsers: new Set() };
        entry.files.add(file);
        if (file.startsWith('browser/'))
          for (const browser of browsersIn(fullName)) entry.browsers.add(browser);
        found.set(id, entry);
      }
    }
  }
  const sorted = (set: ReadonlySet<string>): string[] => [...set].sort();
  return new Map(
    [...found].map(([id, { files, browsers }]) => [id, { files: sorted(files), browsers: sorted(browsers) }]),
  );
}

/** The identifiers that a test's name carries. */
function identifiersIn(name: string): string[] {
  return [...name.matchAll(/\[([A-N]\d+(?:, [A-N]\d+)*)\]/g)].flatMap(([, list = '']) => list.split(', '));
}

/** Browser tests run in Chromium where they do not say otherwise. */
function browsersIn(name: string): string[] {
  const named = ['Chromium', 'Firefox'].filter((browser) =>
    name.toLowerCase().includes(browser.toLowerCase()),
  );
  return named.length > 0 ? named : ['Chromium'];
}

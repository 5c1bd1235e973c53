/**
 * The tables of threats, out of the reports that `npm test` leaves in `build/test/`.
 *
 *     npm run threats    writes them into `docs/security.md` and the README; run the whole `npm test` first
 */
import { readFile, writeFile } from 'node:fs/promises';

import { isMain, root } from './root.ts';
import { coverageOf, type Coverage } from './threats/coverage.ts';
import { formatted } from './threats/formatted.ts';
import { readThreats, type ThreatGroup, writeThreats } from './threats/identifiers.ts';
import { threatSums, threatTable, withTable } from './threats/table.ts';

/** What is wrong with a run of all tests, as far as the threats go. */
export interface Verdict {
  /** Threats without test and reason; identifiers that no list knows. */
  readonly problems: readonly string[];
  /** What the documents do not say yet. */
  readonly outdated: readonly string[];
}

/** Holds the last run of all tests against the list of threats and the documents. */
export async function judgeThreats(): Promise<Verdict> {
  const groups = await readThreats();
  const covered = await coveredByLastRun();
  const outdated = withReasonAndTest(groups, covered);
  for (const { path, before, after } of await documents(groups, covered)) {
    if (after !== before) outdated.push(`${path} is not what the tests say: npm run threats`);
  }
  return { problems: problemsOf(groups, covered), outdated };
}

function problemsOf(groups: readonly ThreatGroup[], covered: ReadonlyMap<string, Coverage>): string[] {
  const threats = groups.flatMap((group) => group.threats);
  const known = new Set(threats.map(({ id }) => id));
  return [
    ...threats
      .filter(({ id, reason }) => reason === undefined && !covered.has(id))
      .map(({ id, title }) => `${id} (${title}) has no test that passes, and no reason`),
    ...[...covered]
      .filter(([id]) => !known.has(id))
      .map(([id, { files }]) => `${id} in ${files.join(', ')} is no identifier`),
  ];
}

function withReasonAndTest(groups: readonly ThreatGroup[], covered: ReadonlyMap<string, Coverage>): string[] {
  return groups
    .flatMap(({ threats }) => threats)
    .filter(({ id, reason }) => reason !== undefined && covered.has(id))
    .map(({ id }) => `${id} is tested by now: take its reason out of docs/threats/identifiers.json`);
}

/** What was not yet done, and is tested now, needs no reason any more. Other reasons are for a person to look at. */
function doneByNow(
  groups: readonly ThreatGroup[],
  covered: ReadonlyMap<string, Coverage>,
): readonly ThreatGroup[] {
  return groups.map((group) => ({
    ...group,
    threats: group.threats.map(({ reason, ...threat }) =>
      reason === undefined || (reason === 'Not yet done.' && covered.has(threat.id))
        ? threat
        : { ...threat, reason },
    ),
  }));
}

async function coveredByLastRun(): Promise<ReadonlyMap<string, Coverage>> {
  const reports = ['quick', 'browser'].map(async (name): Promise<unknown> => {
    return JSON.parse(await readFile(`${root}build/test/${name}.json`, 'utf8'));
  });
  return coverageOf(await Promise.all(reports));
}

interface Document {
  readonly path: string;
  /** As it is, and as it would be by the last run. */
  readonly before: string;
  readonly after: string;
}

async function documents(
  groups: readonly ThreatGroup[],
  covered: ReadonlyMap<string, Coverage>,
): Promise<readonly Document[]> {
  const all = [
    { name: 'docs/security.md', table: threatTable(groups, covered) },
    { name: 'README.md', table: threatSums(groups, covered) },
  ];
  return Promise.all(
    all.map(async ({ name, table }) => {
      const path = root + name;
      const before = await readFile(path, 'utf8');
      return { path: name, before, after: await formatted(path, withTable(before, table)) };
    }),
  );
}

async function write(): Promise<readonly string[]> {
  const covered = await coveredByLastRun();
  const groups = doneByNow(await readThreats(), covered);
  await writeThreats(groups);
  for (const { path, after } of await documents(groups, covered)) await writeFile(root + path, after);
  return [...problemsOf(groups, covered), ...withReasonAndTest(groups, covered)];
}

if (isMain(import.meta.url)) {
  const problems = await write();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

/**
 * `npm test`: builds, then runs the tests.
 *
 *     node scripts/run.mjs test                     everything
 *     node scripts/run.mjs test unit simulation     only these projects
 *     node scripts/run.mjs test unit -- manifests   further words go to vitest
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import * as v from 'valibot';
import { build } from './build.ts';
import { browserEnv } from './ensure-browser.ts';
import { isMain, root } from './root.ts';
import { runSteps, type Step, tool } from './steps.ts';
import { judgeThreats } from './threats.ts';

const folder = `${root}build/test/`;
const projects = ['unit', 'simulation', 'browser'] as const;
type Project = (typeof projects)[number];

const Report = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  testResults: v.array(v.object({ status: v.string(), assertionResults: v.array(v.unknown()) })),
});

/** Runs the projects and prints one line with the totals last; resolves to true when all passed. */
async function test(wanted: readonly Project[], more: readonly string[]): Promise<boolean> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const quick = wanted.filter((project) => project !== 'browser');
  const steps: Step[] = [];
  if (quick.length > 0) steps.push({ name: quick.join(' and '), run: () => vitest('quick', quick, more) });
  if (wanted.includes('browser')) steps.push({ name: 'browser', run: () => inBrowsers(more) });
  // Without a build the browser tests would try what an earlier one left.
  let failedSteps = (await runSteps([{ name: 'build', run: buildQuietly }])) || (await runSteps(steps));
  const { passed, failed } = await totals();
  const isWholeRun = wanted.length === projects.length && more.length === 0;
  if (isWholeRun && failed === 0) failedSteps += await runSteps([{ name: 'threats', run: threats }]);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failedSteps === 0 && failed === 0 && passed > 0;
}

async function buildQuietly(): Promise<void> {
  const files = await build();
  console.log(`${files.size} files in dist/`);
}

/** Every threat has a test that passed, or a reason; what the documents say less than that is only told. */
async function threats(): Promise<void> {
  const { problems, outdated } = await judgeThreats();
  for (const line of outdated) console.log(line);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function inBrowsers(more: readonly string[]): Promise<void> {
  const env = await browserEnv();
  console.log(`Chromium: ${env['SHOAL_CHROMIUM']}; Firefox: ${env['SHOAL_FIREFOX'] ?? 'none'}`);
  await vitest('browser', ['browser'], more, env);
}

/** One run of vitest; its JSON report becomes `build/test/<report>.json`. */
async function vitest(
  report: string,
  wanted: readonly Project[],
  more: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const args = ['run', ...wanted.flatMap((project) => ['--project', project])];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${folder}${report}.json`];
  const coverage = wanted.includes('simulation') && more.length === 0 ? ['--coverage'] : [];
  await tool('vitest/vitest.mjs', [...args, ...reporters, ...coverage, ...more], {
    env,
    timeoutMs: 20 * 60_000,
  });
}

/** A file that could not even be loaded has no tests in its report: it counts as one that failed. */
async function totals(): Promise<{ passed: number; failed: number }> {
  const sum = { passed: 0, failed: 0 };
  for (const name of ['quick', 'browser']) {
    const text = await readFile(`${folder}${name}.json`, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const report = v.parse(Report, JSON.parse(text));
    const broken = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    sum.passed += report.numPassedTests;
    sum.failed += report.numFailedTests + broken.length;
  }
  return sum;
}

function isProject(word: string): word is Project {
  return projects.some((project) => project === word);
}

if (isMain(import.meta.url)) {
  const words = process.argv.slice(2);
  const named = words.filter(isProject);
  const more = words.filter((word) => !isProject(word) && word !== '--');
  const passed = await test(named.length > 0 ? named : projects, more);
  process.exitCode = passed ? 0 : 1;
}

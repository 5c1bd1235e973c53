/**
 * `npm run chaos`: the chaos scenarios with many loads, and their times beside those of the same page without a worker.
 *
 *     npm run chaos -- --loads 200                          every scenario in every browser
 *     npm run chaos -- --loads 200 --browser firefox --only L3,L12
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { build } from './build.ts';
import { browserEnv } from './ensure-browser.ts';
import { isMain, root } from './root.ts';
import { tool } from './steps.ts';

const browsers = { chromium: 'Chromium', firefox: 'Firefox' } as const;

const Comparison = v.object({
  p50: v.number(),
  p95: v.number(),
  plainP50: v.number(),
  plainP95: v.number(),
});
const AllFigures = v.array(
  v.object({
    id: v.string(),
    loads: v.number(),
    whole: v.number(),
    corrupted: v.number(),
    paint: Comparison,
    complete: Comparison,
  }),
);

async function chaos(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      loads: { type: 'string', default: '200' },
      browser: { type: 'string' },
      only: { type: 'string' },
    },
  });
  await build();
  const env = { ...(await browserEnv()), SHOAL_CHAOS_LOADS: values.loads };
  let allPassed = true;
  for (const kind of ['chromium', 'firefox'] as const) {
    if (values.browser !== undefined && values.browser !== kind) continue;
    const ids = values.only === undefined ? '' : `.*\\[(${values.only.replaceAll(',', '|')})\\]`;
    const args = ['run', '--project', 'browser', 'chaos', '-t', `in ${browsers[kind]}${ids}`];
    try {
      await tool('vitest/vitest.mjs', args, { env, timeoutMs: 4 * 3_600_000 });
    } catch {
      allPassed = false;
    }
    await print(kind);
  }
  return allPassed;
}

async function print(kind: keyof typeof browsers): Promise<void> {
  const text = await readFile(`${root}build/chaos/${kind}.json`, 'utf8');
  console.log(
    `\n${browsers[kind]}: loads, whole, wrong bytes; largest paint and last asset, p50 / p95 in ms (without worker)`,
  );
  for (const { id, loads, whole, corrupted, paint, complete } of v.parse(AllFigures, JSON.parse(text))) {
    console.log(
      [id.padEnd(3), loads, whole, corrupted, ' paint', inWords(paint), ' complete', inWords(complete)].join(
        '  ',
      ),
    );
  }
}

function inWords({ p50, p95, plainP50, plainP95 }: v.InferOutput<typeof Comparison>): string {
  return `${p50} / ${p95} (${plainP50} / ${plainP95})`;
}

if (isMain(import.meta.url)) process.exitCode = (await chaos()) ? 0 : 1;

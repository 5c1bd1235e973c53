/** `npm run check`: everything that can be said about the code without running it, and the sizes of what is shipped. */
import { build } from './build.ts';
import { isMain } from './root.ts';
import { runSteps, type Step, tool } from './steps.ts';

const steps: readonly Step[] = [
  { name: 'types', run: () => tool('typescript/bin/tsc', ['-b']) },
  { name: 'linter', run: () => tool('oxlint/bin/oxlint', ['--type-aware']) },
  { name: 'format', run: () => tool('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']) },
  { name: 'dead code', run: () => tool('knip/bin/knip.js', ['--no-progress']) },
  {
    name: 'code that only tests use',
    run: () => tool('knip/bin/knip.js', ['--no-progress', '--production', '--include', 'files']),
  },
  {
    name: 'build',
    run: async () => {
      await build();
    },
  },
  { name: 'sizes', run: () => tool('size-limit/bin.js', []) },
];

if (isMain(import.meta.url)) {
  const only = process.argv.slice(2);
  const failed = await runSteps(steps.filter(({ name }) => only.length === 0 || only.includes(name)));
  if (failed > 0) process.exitCode = 1;
}

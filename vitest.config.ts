import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The two that take longest: early, so that neither runs alone at the end, but not side by side, for both want all cores. */
class LongestEarly extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/browser/chaos-');
    const rest = sorted.filter((file) => !isLong(file));
    const [first, ...later] = sorted.filter(isLong);
    if (first !== undefined) rest.unshift(first);
    rest.splice(Math.ceil(rest.length / 3), 0, ...later);
    return rest;
  }
}

// Browser tests start browsers and servers of their own: two files at a time, with time to do so.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestEarly },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/simulation/**'],
          testTimeout: 15_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          // What comes about in other processes takes its time on a busy machine; who waits for it is told at once when it is there.
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['manifests/**/*.ts', 'policy/**/*.ts'],
      exclude: ['**/*.d.ts', '**/index.ts'],
      reporter: ['text', 'text-summary'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
    },
  },
});

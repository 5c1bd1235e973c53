import { defineConfig } from 'vitest/config';

// Browser tests start browsers and servers of their own: one file at a time, with time to do so.
export default defineConfig({
  test: {
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
          maxWorkers: 1,
          fileParallelism: false,
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

import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { LongestFirst } from './apps/haven/test/support/longest-first.ts';

/** The files of a worker share one module graph: loading the application once per file would take most of the time. */
const endToEnd = {
  isolate: false,
  globalSetup: './apps/haven/test/support/global-setup.ts',
  setupFiles: './apps/haven/test/support/setup.ts',
};

export default defineConfig({
  // Without the alias Node and Vite each load a copy of graphql, and graphql refuses to work with its double.
  resolve: { tsconfigPaths: true, alias: { graphql: 'graphql/index.js' } },
  test: {
    pool: 'forks',
    maxWorkers: Math.max(2, Math.ceil(availableParallelism() * 1.5)), // a third of the time of a test is waiting
    testTimeout: 60_000, // for the slowest machine: only a hang takes that long
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } }, // the default is one second, which a busy machine exceeds
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'packages/**/*.spec.ts', 'tools/**/*.spec.ts'],
          isolate: false,
          setupFiles: './apps/haven/test/support/unit-setup.ts',
        },
      },
      { extends: true, test: { name: 'e2e', include: ['apps/haven/test/**/*.e2e-spec.ts'], ...endToEnd } },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['apps/haven/test/**/*.slow-spec.ts'],
          ...endToEnd,
          provide: { extent: 'some' },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          // The tests of inputs run here too, with every value, and those of the console, in each window.
          include: [
            'apps/haven/test/**/*.long-spec.ts',
            'apps/haven/test/contract/inputs-*.slow-spec.ts',
            'apps/haven/test/console/*.slow-spec.ts',
          ],
          ...endToEnd,
          provide: { extent: 'every' },
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'walk',
          include: ['apps/haven/test/**/*.walk-spec.ts'],
          testTimeout: 600_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'html', 'lcovonly'],
      reportOnFailure: true,
      include: ['libs/**/src/**/*.ts', 'apps/haven/src/**/*.ts', 'packages/*/src/**/*.ts'],
      // Command-line files run as processes of their own, where nobody counts.
      exclude: [
        '**/*.spec.ts',
        '**/index.ts',
        '**/migrations/**',
        'apps/haven/src/{main,cli,generate-docs}.ts',
        'apps/haven/src/cli/**',
      ],
      thresholds: { lines: 90, branches: 85 },
    },
  },
});
